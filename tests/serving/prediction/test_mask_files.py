"""The files of an answer: complete, next to each other, and none over another."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from serving.client.answers import Segmentation
from serving.client.errors import InvalidOutput
from serving.prediction import mask_files
from serving.prediction.mask_files import InvalidMask
from tests.fakes import tiny

MASK = np.eye(20, 30, dtype=np.uint8)
ANSWER = Segmentation(tiny.png(MASK), {"ground": 0.9, "line": 0.1})


def test_mask_and_overlay_are_next_to_each_other(tmp_path):
    folder = tmp_path / "new" / "folder"
    image = tiny.png(tiny.pixels(20, 30))

    written = mask_files.write(Path("a/rex.jpg"), image, ANSWER, folder)

    assert sorted(path.name for path in folder.iterdir()) == ["rex.mask.png", "rex.overlay.png"]
    np.testing.assert_array_equal(np.asarray(Image.open(written.mask)), MASK)
    assert Image.open(written.overlay).height > 20
    assert written.class_fractions == ANSWER.class_fractions


def test_an_earlier_answer_is_replaced_and_others_may_read_it(tmp_path):
    image = tiny.png(tiny.pixels(20, 30))
    (tmp_path / "plain").touch()
    (tmp_path / "rex.mask.png").write_bytes(b"earlier")

    written = mask_files.write(Path("rex.jpg"), image, ANSWER, tmp_path)

    assert Image.open(written.mask).size == (30, 20)
    assert written.mask.stat().st_mode == (tmp_path / "plain").stat().st_mode


@pytest.mark.parametrize(
    ("mask", "cause"),
    [
        pytest.param(b"no PNG", InvalidOutput, id="no-png"),
        pytest.param(tiny.png(MASK[:5]), ValueError, id="size"),
        pytest.param(ANSWER.mask_png[:-30], InvalidOutput, id="truncated"),
    ],
)
def test_an_invalid_mask_is_refused_by_its_image_and_writes_nothing(tmp_path, mask, cause):
    image = tiny.png(tiny.pixels(20, 30))

    with pytest.raises(InvalidMask, match=r"a/rex\.jpg") as refused:
        mask_files.write(Path("a/rex.jpg"), image, Segmentation(mask, {"a": 1.0}), tmp_path)

    assert type(refused.value.__cause__) is cause

    assert not list(tmp_path.iterdir())


def test_a_failed_write_leaves_no_partial_file(tmp_path):
    (tmp_path / "rex.mask.png").mkdir()

    with pytest.raises(OSError, match=r"rex\.mask\.png"):
        mask_files.write(Path("rex.jpg"), tiny.png(tiny.pixels(20, 30)), ANSWER, tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["rex.mask.png"]


@pytest.mark.parametrize(
    "stem", ["n" * 250, "猫" * 83, "é" * 125], ids=["ascii", "3-byte", "2-byte"]
)
def test_a_name_too_long_for_the_suffix_is_shortened_in_bytes(tmp_path, stem):
    image = Path(f"{stem}.png")

    written = mask_files.write(image, tiny.png(tiny.pixels(20, 30)), ANSWER, tmp_path)

    assert written.mask.is_file()
    assert written.overlay.is_file()
    assert written.mask.name.startswith(stem[:50])
    assert written.mask.name.encode().endswith(b".mask.png")
