"""The synthetic set: drawn flowers in five class folders."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from sklearn.ensemble import RandomForestClassifier

from pipeline.demo import drawn_flowers

LABELS = ["daisy", "dandelion", "roses", "sunflowers", "tulips"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return drawn_flowers.draw(tmp_path_factory.mktemp("data") / "drawn", per_class=24)


def read_files(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.jpg")}


def count_colors(path):
    """Shares of 64 colours."""
    pixels = np.asarray(Image.open(path)).reshape(-1, 3) // 64
    return np.bincount(pixels @ [16, 4, 1], minlength=64) / len(pixels)


def test_every_class_has_its_folder_and_its_number_of_images(folder):
    counts = {path.name: len(list(path.iterdir())) for path in folder.iterdir()}

    assert counts == dict.fromkeys(LABELS, 24)


def test_the_images_are_rgb_jpegs_of_different_sizes(folder):
    images = [Image.open(path) for path in folder.rglob("*.jpg")]

    assert {(image.format, image.mode) for image in images} == {("JPEG", "RGB")}
    assert len({image.size for image in images}) > 60
    assert min(min(image.size) for image in images) >= 80
    assert max(max(image.size) for image in images) <= 320


def test_no_two_images_are_the_same(folder):
    files = read_files(folder)

    assert len(set(files.values())) == len(files)


def test_the_same_seed_draws_the_same_bytes(tmp_path):
    first, second, other = (
        read_files(drawn_flowers.draw(tmp_path / name, per_class=2, seed=seed))
        for name, seed in (("first", 7), ("second", 7), ("other", 8))
    )

    assert first == second
    assert not set(first.values()) & set(other.values())


def test_a_second_call_leaves_the_folder_alone(folder):
    before = read_files(folder)

    assert drawn_flowers.draw(folder, per_class=1, seed=1) == folder

    assert read_files(folder) == before


def test_colors_are_a_hint_but_do_not_give_the_class_away(folder):
    paths = sorted(folder.rglob("*.jpg"))
    colors = np.array([count_colors(path) for path in paths])
    labels = [path.parent.name for path in paths]
    model = RandomForestClassifier(100, random_state=0)

    accuracy = model.fit(colors[::2], labels[::2]).score(colors[1::2], labels[1::2])

    assert 0.3 < accuracy < 0.9
