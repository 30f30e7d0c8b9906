"""Masks whose names differ from those of their images: named, or used by data.mask.suffix."""

import pytest

from components.errors import DataError
from components.ingestion import pair_folder, pairs, rejects
from components.ingestion.annotations.masks import MaskReading
from components.ingestion.images import Limits, RejectError
from components.ingestion.options import IngestionOptions
from tests.fakes.image_files import put

OPTIONS = IngestionOptions(
    "", (8, 1, 1), Limits(16, 10_000), 2, 0.5, reading=MaskReading((0, 1), None, "keep", "auto")
)
NAMES = ["{}_mask", "{}-mask", "{}_seg", "mask_{}", "{} label"]


def folder(tmp_path, name, layout="masks"):
    put(tmp_path, {f"images/{stem}.jpg": b"i" for stem in "abc"})
    put(tmp_path, {f"{layout}/{name.format(stem)}.png": b"m" for stem in "abc"})
    return str(tmp_path)


def masks_of(listing):
    return [file.pair.mask for file in listing.files]


@pytest.mark.parametrize("name", NAMES)
def test_a_reject_names_the_mask_looked_for_and_the_one_that_is_there(tmp_path, name):
    listing = pair_folder.find(folder(tmp_path, name))

    assert masks_of(listing) == [""] * 3
    with pytest.raises(RejectError) as rejected:
        pairs.examine_pair(listing.files[0].pair, None, OPTIONS)
    assert rejected.value.reason == rejects.MASK_MISSING
    assert "a.png" in rejected.value.detail
    assert name.format("a") in rejected.value.detail


@pytest.mark.parametrize("layout", ["masks", "annotations/trimaps"])
@pytest.mark.parametrize("suffix", ["_mask", "-mask", "_seg"])
def test_the_setting_uses_them(tmp_path, suffix, layout):
    base = folder(tmp_path, "{}" + suffix, layout)

    listing = pair_folder.find(base, suffix=suffix)

    assert masks_of(listing) == [f"{layout}/{stem}{suffix}.png" for stem in "abc"]


def test_the_reject_names_the_setting(tmp_path):
    (file, *_) = pair_folder.find(folder(tmp_path, "{}_mask")).files

    assert "data.mask.suffix=_mask" in file.pair.explanation


def test_with_the_setting_a_mask_without_the_suffix_belongs_to_no_image(tmp_path):
    put(tmp_path, {"masks/a.png": b"m"})
    listing = pair_folder.find(folder(tmp_path, "{}_mask"), suffix="_mask")

    assert masks_of(listing)[0] == "masks/a_mask.png"
    assert "masks/a.png" not in masks_of(listing)


def test_two_masks_of_one_image_are_still_refused(tmp_path):
    put(tmp_path, {"masks/a_mask.bmp": b"m"})

    with pytest.raises(DataError) as refused:
        pair_folder.find(folder(tmp_path, "{}_mask"), suffix="_mask")

    assert refused.value.reason == "ambiguous_name"
