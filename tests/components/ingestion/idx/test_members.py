"""Images in IDX files as files of their own: paths, labels, splits; and a whole ingestion."""

from __future__ import annotations

import io
from collections import Counter

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from components.errors import DataError
from components.ingestion import image_folder
from components.ingestion.idx import members
from tests.fakes.images import idx_files
from tests.fakes.ingested import ingest
from trainer.data import records


def test_each_image_is_listed_with_its_label_and_the_split_of_its_file(tmp_path):
    idx_files.write(tmp_path, 12)
    idx_files.write(tmp_path, 2, stem="t10k-", packed=False)

    listing = image_folder.find(str(tmp_path))

    assert [file.path for file in listing.files][:2] == [
        "t10k-images-idx3-ubyte#0",
        "t10k-images-idx3-ubyte#1",
    ]
    assert listing.files[-1].path == "train-images-idx3-ubyte.gz#11"
    assert [file.label for file in listing.files[2:5]] == ["0", "1", "2"]
    assert Counter(file.split for file in listing.files) == {"train+val": 12, "test": 2}
    assert (listing.classes, listing.companions) == (("0", "1", "2"), 4)
    assert (listing.splits_by, listing.left_out) == ("names", {})


def test_the_content_decides_the_splits_of_a_single_file(tmp_path):
    idx_files.write(tmp_path, 6, stem="emnist-")

    listing = image_folder.find(str(tmp_path))

    assert {file.split for file in listing.files} == {None}
    assert listing.splits_by == "content"


def test_an_unpacked_file_replaces_the_packed_one(tmp_path):
    for packed in (True, False):
        idx_files.write(tmp_path, 3, packed=packed)

    pairs = members.find_pairs("", [path.name for path in tmp_path.iterdir()])

    assert pairs == [("train-images-idx3-ubyte", "train-labels-idx1-ubyte")]


@pytest.mark.parametrize("gone", ["train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"])
def test_images_without_labels_are_refused_and_the_reverse(tmp_path, gone):
    idx_files.write(tmp_path, 3)
    (tmp_path / gone).unlink()

    with pytest.raises(DataError) as raised:
        image_folder.find(str(tmp_path))

    assert raised.value.reason == "idx_incomplete"


def test_fewer_labels_than_images_are_refused_with_both_numbers(tmp_path):
    idx_files.write(tmp_path, 4)
    idx_files.write(tmp_path / "other", 3)
    name = "train-labels-idx1-ubyte.gz"
    (tmp_path / "other" / name).replace(tmp_path / name)
    (tmp_path / "other" / "train-images-idx3-ubyte.gz").unlink()

    with pytest.raises(DataError, match=r"4 images.* 3 labels") as raised:
        image_folder.find(str(tmp_path))

    assert raised.value.reason == "idx_incomplete"


@pytest.mark.parametrize(
    ("stems", "reason"),
    [(["train-", "more-"], "mixed_layout"), (["train-", "val-"], "missing_split")],
)
def test_files_whose_splits_are_not_clear_are_refused(tmp_path, stems, reason):
    for stem in stems:
        idx_files.write(tmp_path, 3, stem=stem)

    with pytest.raises(DataError) as raised:
        image_folder.find(str(tmp_path))

    assert raised.value.reason == reason


def test_a_part_is_a_grey_png_and_its_digest_is_that_of_its_pixels(tmp_path):
    pixels = idx_files.write(tmp_path, 3)
    path = str(tmp_path / "train-images-idx3-ubyte.gz")

    parts = [members.read(path, index) for index in range(3)]

    image = Image.open(io.BytesIO(parts[1].png))
    assert (image.format, image.mode) == ("PNG", "L")
    np.testing.assert_array_equal(np.asarray(image), pixels[1])
    assert len({part.digest for part in parts}) == 3
    assert members.find_member(f"{path}#2") == (path, 2)
    assert members.find_member(path) is None


def test_ingestion_writes_each_image_once_with_its_label(tmp_path):
    pixels = idx_files.write(tmp_path / "in", 40)
    idx_files.write(tmp_path / "in", 6, stem="t10k-", seed=1)

    found = ingest(tmp_path / "in", tmp_path / "out")

    counts = found.summary.examples
    assert (counts["train"] + counts["val"], counts["test"]) == (40, 6)
    assert found.rejects == []
    for record in found.records("train"):
        index = int(record[records.FILENAME].decode().partition("#")[2])
        decoded = tf.io.decode_image(record[records.ENCODED], channels=1)[..., 0]
        assert record[records.LABEL_TEXT] == str(index % 3).encode()
        np.testing.assert_array_equal(decoded, pixels[index])


def test_images_under_the_smallest_side_are_rejects(tmp_path):
    idx_files.write(tmp_path / "in", 6)
    idx_files.write(tmp_path / "in", 3, stem="t10k-", seed=1)

    with pytest.raises(DataError) as raised:
        ingest(tmp_path / "in", tmp_path / "out", min_side=idx_files.SIDE + 1)

    assert raised.value.reason == "too_many_rejects"
    assert "train-images-idx3-ubyte.gz#0: too_small" in str(raised.value)
