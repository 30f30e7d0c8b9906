"""Masks and boxes of turned images: the pixels that they cover."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from components.ingestion import images, rejects
from components.ingestion.annotations import head_boxes, masks
from components.ingestion.images import Limits, RejectError
from components.ingestion.rejects import MASK_SIZE_DIFFERS
from serving.orientation import INVERSE, SWAPPING, TO_UPRIGHT
from tests.fakes.image_files import file_of, put
from tests.fakes.images.turned import MASK_RED, SIZES, draw_mask, draw_photograph, draw_xml, store
from tests.fakes.ingested import ingest_pairs
from trainer.data import images as decoder

LIMITS = Limits(min_side=1, max_pixels=10_000)
READING = masks.MaskReading((0, 1), None, "keep")
ORIENTATIONS = range(1, 9)
KINDS = ("JPEG", "PNG", "TIFF", "WEBP")


def turned(orientation, size, kind="JPEG"):
    """The picture that ingestion makes of a photograph with this orientation."""
    return images.convert(draw_photograph(orientation, size, kind), LIMITS)


def read(data, picture, oriented):
    return masks.read(data, replace(READING, oriented=oriented), picture)


def red_under(mask, picture):
    """The mean red of the pixels under the mask: right pairs have MASK_RED."""
    return decoder.decode(picture.encoded).numpy()[..., 0][mask.ids == 1].mean()


def is_told_by_size(orientation, size):
    return TO_UPRIGHT.get(orientation) in SWAPPING and size[0] != size[1]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("orientation", ORIENTATIONS)
@pytest.mark.parametrize("oriented", ["stored", "shown"])
def test_a_mask_drawn_as_the_setting_says_covers_its_object(oriented, orientation, kind, size):
    picture = turned(orientation, size, kind)
    mask = draw_mask(size)
    drawn = store(mask, orientation) if oriented == "stored" else mask

    found = read(file_of(drawn), picture, oriented)

    assert red_under(found, picture) == pytest.approx(MASK_RED, abs=8)
    assert found.is_turn_known


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("orientation", ORIENTATIONS)
@pytest.mark.parametrize("drawn", ["stored", "shown"])
def test_auto_decides_by_size_or_takes_the_shown_pixels_and_warns(drawn, orientation, size):
    picture = turned(orientation, size)
    mask = draw_mask(size)

    found = read(file_of(store(mask, orientation) if drawn == "stored" else mask), picture, "auto")

    certain = orientation == 1 or is_told_by_size(orientation, size)
    assert found.is_turn_known == certain
    right = red_under(found, picture) == pytest.approx(MASK_RED, abs=8)
    assert right == (certain or drawn == "shown")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
@pytest.mark.parametrize("orientation", ORIENTATIONS)
@pytest.mark.parametrize("oriented", ["stored", "shown", "auto"])
def test_a_mask_with_the_tag_of_its_image_covers_its_object(oriented, orientation, kind, size):
    picture = turned(orientation, size)
    stored = store(draw_mask(size), orientation)

    found = read(file_of(stored, kind, exif=exif(orientation)), picture, oriented)

    assert red_under(found, picture) == pytest.approx(MASK_RED, abs=8)
    assert found.is_turn_known or orientation == 1


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_the_own_tag_of_a_mask_counts_if_its_image_has_another(kind):
    picture = turned(3, SIZES[0])
    mask = store(draw_mask(SIZES[0]), 4)

    found = read(file_of(mask, kind, exif=exif(4)), picture, "auto")

    assert red_under(found, picture) == pytest.approx(MASK_RED, abs=8)
    assert found.is_turn_known


def exif(orientation):
    tags = Image.Exif()
    tags[0x0112] = orientation
    return tags.tobytes()


@pytest.mark.parametrize("orientation", [5, 6, 7, 8])
@pytest.mark.parametrize("oriented", ["stored", "shown"])
def test_a_mask_whose_size_contradicts_the_setting_is_a_reject(oriented, orientation):
    mask = draw_mask(SIZES[0])
    drawn = mask if oriented == "stored" else store(mask, orientation)

    with pytest.raises(RejectError) as raised:
        read(file_of(drawn), turned(orientation, SIZES[0]), oriented)

    assert raised.value.reason == MASK_SIZE_DIFFERS
    assert f'data.mask.oriented is "{oriented}"' in raised.value.detail


def test_another_size_does_not_blame_the_setting():
    with pytest.raises(RejectError) as raised:
        read(file_of(draw_mask((12, 12))), turned(6, SIZES[0]), "shown")

    assert "oriented" not in raised.value.detail


@pytest.mark.parametrize("orientation", ORIENTATIONS)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("drawn", ["stored", "shown"])
def test_boxes_are_turned_as_masks_are(drawn, size, orientation):
    xml = draw_xml(size, orientation if drawn == "stored" else 1)
    shown = head_boxes.read(draw_xml(size, 1), turned(1, size), "auto").sides

    picture = turned(orientation, size)

    assert head_boxes.read(xml, picture, drawn).sides == pytest.approx(shown)
    found = head_boxes.read(xml, picture, "auto")
    certain = orientation == 1 or is_told_by_size(orientation, size)
    assert found.is_turn_known == certain
    assert (found.sides == pytest.approx(shown)) == (certain or drawn == "shown")


def test_masks_of_unknown_orientation_are_counted(tmp_path):
    put(tmp_path / "data", pairs(upright=40, on_its_head=3, on_its_side=2))

    found = ingest_pairs(tmp_path / "data", tmp_path / "out", values=[0, 1], classes=["a", "b"])

    assert found.rejects == []
    assert found.summary.warnings["mask_orientation_unknown"] == 3


def test_a_setting_answers_the_warning_and_rejects_what_contradicts_it(tmp_path):
    put(tmp_path / "data", pairs(upright=40, on_its_head=3, on_its_side=2))
    mask = {"values": [0, 1], "classes": ["a", "b"], "oriented": "stored"}

    found = ingest_pairs(tmp_path / "data", tmp_path / "out", **mask)

    assert set(found.reasons.values()) == {rejects.MASK_SIZE_DIFFERS}
    assert len(found.reasons) == 2
    assert "mask_orientation_unknown" not in found.summary.warnings


def pairs(*, upright, on_its_head, on_its_side):
    """Images of each orientation, and masks of the shown pixels."""
    orientations = [1] * upright + [3] * on_its_head + [6] * on_its_side
    mask = file_of(draw_mask(SIZES[0]))
    files = {f"masks/{n}.png": mask for n in range(len(orientations))}
    for n, orientation in enumerate(orientations):
        files[f"images/{n}.jpg"] = draw_photograph(orientation, SIZES[0], comment=str(n))
    return files


def test_every_turn_has_its_inverse():
    image = draw_mask(SIZES[0])

    for turn, back in INVERSE.items():
        assert image.transpose(turn).transpose(back).tobytes() == image.tobytes()


def test_a_tiff_of_one_bit_is_turned_too():
    picture = turned(6, SIZES[0], "TIFF")
    stored = store(draw_mask(SIZES[0]), 6).point(lambda value: 255 * value).convert("1")

    reading = masks.MaskReading((0, 255), None, "keep")
    found = masks.read(file_of(stored, "TIFF", exif=exif(6)), reading, picture)

    assert Image.open(io.BytesIO(picture.encoded)).size == (SIZES[0][1], SIZES[0][0])
    assert np.array_equal(found.ids, np.asarray(draw_mask(SIZES[0])))
