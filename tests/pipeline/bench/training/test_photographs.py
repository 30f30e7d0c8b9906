"""Photographs of one size for the tutorial's training and for ours."""

from __future__ import annotations

import pytest
from PIL import Image

from pipeline.bench.training import photographs


def test_each_image_gets_the_longer_side(tmp_path):
    (tmp_path / "data" / "rose").mkdir(parents=True)
    Image.new("L", (300, 200)).save(tmp_path / "data" / "rose" / "a.png")
    (tmp_path / "data" / "rose" / "notes.txt").touch()

    photographs.scale(tmp_path / "data", tmp_path / "scaled", 144)

    (found,) = (tmp_path / "scaled").glob("*/*")
    with Image.open(found) as image:
        assert (image.size, image.mode) == ((144, 96), "RGB")


def test_a_folder_without_images_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError, match=tmp_path.name):
        photographs.scale(tmp_path, tmp_path / "scaled", 144)
