"""Drawn animals: pairs in the official layout, with exact masks."""

from random import Random

import numpy as np
import pytest
from PIL import Image

from components.ingestion import pair_folder
from pipeline.demo import drawn_pets
from pipeline.demo.animal_shapes import BREEDS
from pipeline.demo.drawn_pets import BACKGROUND, BORDER, PET

COUNT = 12


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return drawn_pets.draw(tmp_path_factory.mktemp("data") / "pets", count=COUNT)


def test_each_image_has_its_mask_breed_and_species(folder):
    files = pair_folder.find(str(folder)).files

    assert len(files) == COUNT
    assert {file.label for file in files} == {breed.name for breed in BREEDS}
    assert all(file.pair.mask and file.pair.species for file in files)
    assert sum(bool(file.pair.box) for file in files) == COUNT // 2


def test_masks_have_the_sizes_of_their_images_and_all_values(folder):
    for path in (folder / "images").iterdir():
        mask = Image.open(folder / "annotations" / "trimaps" / f"{path.stem}.png")
        assert mask.size == Image.open(path).size
        assert set(np.unique(mask)) == {PET, BACKGROUND, BORDER}


def test_each_head_lies_in_its_box_inside_the_image():
    for seed in range(10):
        image, trimap, (left, top, right, bottom) = drawn_pets.draw_pair(BREEDS[0], Random(seed))
        head = np.asarray(trimap)[top:bottom, left:right]

        assert 0 <= left < right <= image.width
        assert 0 <= top < bottom <= image.height
        assert np.mean(head == PET) > 0.4


def test_breeds_of_cats_begin_with_a_capital_letter():
    assert {breed.species for breed in BREEDS if breed.name[0].isupper()} == {"cat"}
    assert {breed.species for breed in BREEDS if breed.name[0].islower()} == {"dog"}


def test_one_seed_draws_the_same_twice():
    one, other = (drawn_pets.draw_pair(BREEDS[0], Random("a")) for _ in range(2))

    assert [picture.tobytes() for picture in one[:2]] == [p.tobytes() for p in other[:2]]
    assert one[2] == other[2]


def test_a_second_call_leaves_the_folder_alone(folder):
    before = sorted(path.stat().st_mtime_ns for path in folder.rglob("*"))

    assert drawn_pets.draw(folder, count=3) == folder
    assert sorted(path.stat().st_mtime_ns for path in folder.rglob("*")) == before
