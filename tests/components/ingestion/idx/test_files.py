"""IDX files: what is read, and what is refused with its file and its problem."""

from __future__ import annotations

import gzip

import numpy as np
import pytest

from components.errors import DataError
from components.ingestion.idx import files
from tests.fakes.images.idx_files import draw, images_of, labels_of

PIXELS = draw(3)


def save(tmp_path, data: bytes, name: str = "train-images-idx3-ubyte") -> str:
    (tmp_path / name).write_bytes(data)
    return str(tmp_path / name)


@pytest.mark.parametrize("ending", ["", ".gz"])
def test_each_image_is_read_by_its_index(tmp_path, ending):
    data = images_of(PIXELS)
    path = save(tmp_path, gzip.compress(data) if ending else data, f"images{ending}")

    header = files.check_images(path)

    assert header == (3, *PIXELS.shape[1:])
    for index in (2, 0, 1):
        np.testing.assert_array_equal(files.read_image(path, index), PIXELS[index])


@pytest.mark.parametrize("ending", ["", ".gz"])
def test_labels_are_read(tmp_path, ending):
    data = labels_of([7, 0, 255])

    path = save(tmp_path, gzip.compress(data) if ending else data, f"labels{ending}")

    assert list(files.read_labels(path)) == [7, 0, 255]


def test_a_file_that_changed_is_unpacked_again(tmp_path):
    path = save(tmp_path, gzip.compress(labels_of([1])), "labels.gz")
    files.read_labels(path)

    save(tmp_path, gzip.compress(labels_of([1, 2, 3])), "labels.gz")

    assert list(files.read_labels(path)) == [1, 2, 3]


IMAGES = images_of(PIXELS)
DAMAGED = {
    "magic-of-labels": (labels_of([1, 2]), "0x00000801"),
    "empty": (b"", "begins with 0x,"),
    "short-header": (IMAGES[:10], "10 bytes"),
    "short": (IMAGES[:-1], "missing"),
    "trailing-bytes": (IMAGES + b"\0", "follow"),
    "no-pixels": (images_of(PIXELS[:, :0]), "0 x 21"),
    "giant": (IMAGES[:8] + b"\xff" * 8, "4294967295"),
}


@pytest.mark.parametrize("case", DAMAGED)
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "packed"])
def test_a_damaged_file_is_refused_with_its_problem(tmp_path, case, packed):
    data, problem = DAMAGED[case]
    name = "images.gz" if packed else "images"
    path = save(tmp_path, gzip.compress(data) if packed else data, name)

    with pytest.raises(DataError, match=problem) as raised:
        files.check_images(path)

    assert raised.value.reason == "idx_damaged"
    assert path in str(raised.value)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(IMAGES, id="not-packed"),
        pytest.param(gzip.compress(IMAGES)[:-9], id="truncated"),
        pytest.param(gzip.compress(IMAGES)[:20] + b"?" * 40, id="damaged"),
    ],
)
def test_what_cannot_be_unpacked_is_refused(tmp_path, data):
    with pytest.raises(DataError, match="unpacked") as raised:
        files.check_images(save(tmp_path, data, "images.gz"))

    assert raised.value.reason == "idx_damaged"


@pytest.mark.parametrize("data", [labels_of([1, 2])[:-1], labels_of([1, 2]) + b"\3"])
def test_labels_of_another_number_than_announced_are_refused(tmp_path, data):
    with pytest.raises(DataError) as raised:
        files.read_labels(save(tmp_path, data, "labels"))

    assert raised.value.reason == "idx_damaged"
