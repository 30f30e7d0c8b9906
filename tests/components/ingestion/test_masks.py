"""Values of mask files to class ids, and masks that are refused."""

from __future__ import annotations

import io
import time

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from components.ingestion import images, masks, rejects
from components.ingestion.images import Limits, Picture, Refused
from components.ingestion.masks import Reading
from tests.fakes import image_files
from tests.fakes.image_files import file_of, jpeg, mask, oriented, picture
from trainer.data.records import IGNORED

LIMITS = Limits(min_side=1, max_pixels=1_000_000)
PICTURE = Picture(b"", "JPEG", 40, 48)
READING = Reading((1, 2, 3), None, "keep")


def ids(image, kind="PNG", reading=READING, picture=PICTURE):
    return masks.ids(file_of(image, kind), reading, picture)


def refusal(data, reading=READING):
    with pytest.raises(Refused) as refused:
        masks.ids(data, reading, PICTURE)
    return refused.value


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


def test_the_ignored_value_is_of_no_class():
    reading = Reading((2, 1), 7, "keep")

    found = ids(mask(1, 7, 2, 2), reading=reading)

    assert found[::10, 5].tolist() == [1, IGNORED, 0, 0]
    assert masks.pixels(found, 2) == [20 * 48, 10 * 48]


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF"])
def test_white_of_one_bit_is_255(kind):
    black_and_white = mask(0, 255).convert("1")

    found = ids(black_and_white, kind, Reading((0, 255), None, "keep"))

    assert found[[0, 39], 0].tolist() == [0, 1]


def test_a_value_out_of_range_is_named_with_its_place_and_those_declared():
    values = np.asarray(mask(1, 2)).copy()
    values[7, 9] = 4

    refused = refusal(file_of(Image.fromarray(values)), Reading((1, 2), 255, "keep"))

    assert refused.reason == rejects.MASK_VALUE_OUT_OF_RANGE
    assert refused.detail == (
        "4 at row 7, column 9; declared are data.mask.values [1, 2], data.mask.ignored 255"
    )


def test_both_sizes_of_a_mask_that_does_not_fit_are_named():
    refused = refusal(file_of(mask(1, height=48, width=40)))

    assert refused.reason == rejects.MASK_OF_ANOTHER_SIZE
    assert refused.detail == "48 x 40, and its image 40 x 48"


def test_a_mask_of_another_size_is_not_decoded():
    start = time.process_time()
    refused = refusal(image_files.png_header(9_000, 9_000))

    assert refused.reason == rejects.MASK_OF_ANOTHER_SIZE
    assert time.process_time() - start < 0.1


@pytest.mark.parametrize(
    ("data", "said"),
    [
        pytest.param(b"", "no known image", id="empty"),
        pytest.param(b"<html>", "no known image", id="html"),
        pytest.param(jpeg(), "JPEG, and not one of PNG", id="lossy"),
        pytest.param(file_of(mask(1, 2), "GIF"), "GIF, and not one of", id="reordered"),
        pytest.param(file_of(picture()), "mode RGB: save one byte a pixel", id="colours"),
        pytest.param(file_of(mask(1, 2, 3))[:-30], "damaged PNG", id="half"),
        pytest.param(b"\x89PNG\r\n\x1a\nxx", "damaged PNG: cannot identify image file", id="png"),
    ],
)
def test_what_is_no_mask_is_refused(data, said):
    refused = refusal(data)

    assert refused.reason == rejects.MASK_UNREADABLE
    assert said in refused.detail
    assert "0x" not in refused.detail


@pytest.mark.parametrize("orientation", [5, 6, 7, 8])
def test_a_mask_as_the_camera_saw_is_turned_with_its_photograph(orientation):
    photograph = images.stored(oriented(orientation, "PNG"), LIMITS)
    upright = np.asarray(Image.open(io.BytesIO(photograph.encoded)).convert("L"))
    grey = tuple(np.unique(upright).tolist())
    as_seen = Image.open(io.BytesIO(oriented(orientation, "PNG"))).convert("L")

    found = ids(as_seen, reading=Reading(grey, None, "keep"), picture=photograph)

    assert as_seen.size == (40, 48)
    assert np.array_equal(np.array(grey)[found], upright)


@pytest.mark.parametrize("orientation", [3, 6])
def test_a_mask_that_stands_as_the_turned_photograph_is_not_turned(orientation):
    photograph = images.stored(oriented(orientation), LIMITS)

    found = ids(mask(1, 2), picture=photograph)

    assert found[[0, 39], 0].tolist() == [0, 1]


def test_a_record_holds_the_ids_as_tensorflow_decodes_them():
    classes = ids(mask(1, 2, 3, 3))

    decoded = tf.io.decode_png(masks.encoded(classes))

    assert decoded.shape == (40, 48, 1)
    assert np.array_equal(decoded[..., 0], classes)


def test_an_error_of_our_own_is_raised_and_never_blamed_on_the_mask(monkeypatch):
    def broken(*_):
        raise TypeError("a fault of ours")

    monkeypatch.setattr(masks, "_turn", broken)

    with pytest.raises(TypeError, match="a fault of ours"):
        ids(mask(3, 1, 2, 1))
