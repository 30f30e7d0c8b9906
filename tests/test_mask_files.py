"""The files of an answer: complete, beside each other, and none over another."""

from pathlib import Path

import numpy as np
import pytest
import tiny
from PIL import Image

from serving import mask_files
from serving.answers import Segmentation

MASK = np.eye(20, 30, dtype=np.uint8)
ANSWER = Segmentation(tiny.png(MASK), {"ground": 0.9, "line": 0.1})


def test_mask_and_overlay_stand_beside_each_other(tmp_path):
    folder = tmp_path / "new" / "folder"
    image = tiny.png(tiny.pixels(20, 30))

    written = mask_files.write(Path("a/rex.jpg"), image, ANSWER, folder)

    assert sorted(path.name for path in folder.iterdir()) == ["rex.mask.png", "rex.overlay.png"]
    np.testing.assert_array_equal(np.asarray(Image.open(written.mask)), MASK)
    assert Image.open(written.overlay).height > 20
    assert written.class_fractions == ANSWER.class_fractions


def test_two_images_of_one_name_are_refused():
    with pytest.raises(ValueError, match=r"a/rex.jpg and b/rex.png would both .*rex.mask.png"):
        mask_files.check_names([Path("a/rex.jpg"), Path("b/rex.png")])


def test_images_of_different_names_are_welcome():
    mask_files.check_names([Path("a/rex.jpg"), Path("a/max.jpg")])
