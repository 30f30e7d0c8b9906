"""Values of mask files to class ids, and the reasons of rejects."""

from __future__ import annotations

import io
import time

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from components.ingestion import images, rejects
from components.ingestion.annotations import masks
from components.ingestion.annotations.masks import MaskReading
from components.ingestion.images import Limits, Picture, RejectError
from tests.fakes import image_files
from tests.fakes.image_files import file_of, jpeg, mask, oriented, picture
from trainer.data.records import IGNORED

LIMITS = Limits(min_side=1, max_pixels=1_000_000)
PICTURE = Picture(b"", "JPEG", 40, 48)
READING = MaskReading((1, 2, 3), None, "keep")


def ids(image, kind="PNG", reading=READING, picture=PICTURE):
    return masks.read(file_of(image, kind), reading, picture).ids


def rejection(data, reading=READING):
    with pytest.raises(RejectError) as raised:
        masks.read(data, reading, PICTURE)
    return raised.value


def coloured(image):
    """The same values as indices of a palette."""
    found = image.copy()
    found.putpalette([5, 200, 7, 250, 0, 0, 0, 250, 0, 0, 0, 250] + [9] * 756)
    return found


@pytest.mark.parametrize("kind", masks.LOSSLESS)
@pytest.mark.parametrize("paint", [lambda image: image, coloured], ids=["grey", "palette"])
def test_the_nth_value_is_class_n(kind, paint):
    found = ids(paint(mask(3, 1, 2, 1)), kind)

    assert found.dtype == np.uint8
    assert found[::10, 0].tolist() == [2, 0, 1, 0]


def test_the_ignored_value_has_no_class():
    reading = MaskReading((2, 1), 7, "keep")

    found = ids(mask(1, 7, 2, 2), reading=reading)

    assert found[::10, 5].tolist() == [1, IGNORED, 0, 0]
    assert masks.count_pixels(found, 2) == [20 * 48, 10 * 48]


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF"])
def test_white_of_one_bit_is_255(kind):
    black_and_white = mask(0, 255).convert("1")

    found = ids(black_and_white, kind, MaskReading((0, 255), None, "keep"))

    assert found[[0, 39], 0].tolist() == [0, 1]


def test_a_value_out_of_range_is_named_with_its_place_and_those_declared():
    values = np.asarray(mask(1, 2)).copy()
    values[7, 9] = 4

    rejected = rejection(file_of(Image.fromarray(values)), MaskReading((1, 2), 255, "keep"))

    assert rejected.reason == rejects.MASK_VALUE_OUT_OF_RANGE
    assert rejected.detail == (
        "4 at row 7, column 9 is not in data.mask.values [1, 2], data.mask.ignored 255"
    )


def test_both_sizes_of_a_mask_that_does_not_fit_are_named():
    rejected = rejection(file_of(mask(1, height=48, width=40)))

    assert rejected.reason == rejects.MASK_SIZE_DIFFERS
    assert "48 x 40" in rejected.detail
    assert "40 x 48" in rejected.detail


def test_a_mask_of_another_size_is_not_decoded():
    start = time.process_time()
    rejected = rejection(image_files.png_header(9_000, 9_000))

    assert rejected.reason == rejects.MASK_SIZE_DIFFERS
    assert time.process_time() - start < 0.1


@pytest.mark.parametrize(
    ("data", "value"),
    [
        pytest.param(b"", "unknown", id="empty"),
        pytest.param(b"<html>", "HTML", id="html"),
        pytest.param(jpeg(), "JPEG", id="lossy"),
        pytest.param(file_of(mask(1, 2), "GIF"), "GIF", id="reordered"),
        pytest.param(file_of(picture()), "mode RGB", id="colours"),
        pytest.param(file_of(mask(1, 2, 3))[:-30], "damaged PNG", id="half"),
        pytest.param(b"\x89PNG\r\n\x1a\nxx", "damaged PNG: its header cannot be read", id="png"),
    ],
)
def test_a_file_that_is_not_a_mask_is_rejected(data, value):
    rejected = rejection(data)

    assert rejected.reason == rejects.MASK_UNREADABLE
    assert value in rejected.detail
    assert "0x" not in rejected.detail


@pytest.mark.parametrize("orientation", [5, 6, 7, 8])
def test_a_mask_as_the_camera_saw_is_turned_with_its_photograph(orientation):
    photograph = images.convert(oriented(orientation, "PNG"), LIMITS)
    upright = np.asarray(Image.open(io.BytesIO(photograph.encoded)).convert("L"))
    grey = tuple(np.unique(upright).tolist())
    as_seen = Image.open(io.BytesIO(oriented(orientation, "PNG"))).convert("L")

    found = ids(as_seen, reading=MaskReading(grey, None, "keep"), picture=photograph)

    assert as_seen.size == (40, 48)
    assert np.array_equal(np.array(grey)[found], upright)


@pytest.mark.parametrize("orientation", [3, 6])
def test_a_mask_that_is_already_upright_is_not_turned(orientation):
    photograph = images.convert(oriented(orientation), LIMITS)

    found = ids(mask(1, 2), picture=photograph)

    assert found[[0, 39], 0].tolist() == [0, 1]


def test_tensorflow_decodes_the_ids_of_a_record():
    classes = ids(mask(1, 2, 3, 3))

    decoded = tf.io.decode_png(masks.encode(classes))

    assert decoded.shape == (40, 48, 1)
    assert np.array_equal(decoded[..., 0], classes)


def test_our_own_bug_does_not_look_like_a_damaged_mask(monkeypatch):
    def broken(*_):
        raise TypeError("our own bug")

    monkeypatch.setattr(masks, "_check_header", broken)

    with pytest.raises(TypeError, match="our own bug"):
        ids(mask(3, 1, 2, 1))
