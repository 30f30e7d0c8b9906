"""What the values of masks mean."""

from __future__ import annotations

import pytest

from components.errors import DataError
from components.ingestion import pair_folder
from pipeline.init import mask_values
from tests.fakes.image_files import file_of, mask, plain_pairs, put


def name(values):
    chosen = mask_values.name_values("folder", list(values), 9)
    return {name.rpartition(".")[2]: choice.value for name, choice in chosen.items()}


def test_two_values_are_background_and_object():
    assert name([0, 255]) == {
        "classes": ["background", "object"],
        "values": [0, 255],
        "ground": ["background"],
    }


def test_more_values_are_numbered():
    assert name([0, 3, 7])["classes"] == ["background", "class-3", "class-7"]
    assert name([1, 2, 3])["classes"] == ["class-1", "class-2", "class-3"]


def test_255_after_a_row_of_values_is_left_out():
    found = name([0, 1, 2, 255])

    assert (found["values"], found["ignored"]) == ([0, 1, 2], 255)


def test_255_after_values_with_gaps_is_a_class():
    assert name([0, 128, 255])["values"] == [0, 128, 255]


@pytest.mark.parametrize(
    "values", [pytest.param([0], id="one"), pytest.param(range(0, 256, 5), id="smoothed")]
)
def test_values_that_cannot_be_classes_are_refused(values):
    with pytest.raises(DataError) as refusal:
        name(values)

    assert refusal.value.reason == "mask_values_unusable"


def test_the_values_are_those_of_all_masks(tmp_path):
    put(plain_pairs(tmp_path, count=3), {"masks/0.png": file_of(mask(1, 9))})

    chosen = mask_values.choose(str(tmp_path), pair_folder.find(str(tmp_path)))

    assert chosen["data.mask.values"].value == [1, 2, 3, 9]


def test_without_a_readable_mask_there_are_no_choices(tmp_path):
    put(plain_pairs(tmp_path, count=2), {f"masks/{n}.png": b"x" for n in range(2)})

    assert mask_values.choose(str(tmp_path), pair_folder.find(str(tmp_path))) == {}
