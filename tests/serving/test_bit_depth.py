"""Files of 16 bits: which value is white in the pixels that the client sends."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from serving.bit_depth import round_up
from serving.rgb_images import UnreadableImageError, make_upright
from tests.fakes.deep_images import DEFLATE, MAX_SAMPLE, S_MAX_SAMPLE, png, ramp, tiff

GREY, RGB, ALPHA = ramp(), ramp(0, 1, 2), np.full((20, 24, 1), 65535, np.uint16)
RGBA = np.concatenate([RGB, ALPHA], -1)
LA = np.concatenate([GREY[..., None], ALPHA], -1)
INK = ramp(0, 1, 2, 3)
INK_SHOWN = np.asarray(
    Image.frombytes("CMYK", (24, 20), (INK >> 4).astype("uint8").tobytes()).convert("RGB")
)
UPPER = GREY << 4 | GREY >> 8  # As PNG's standard demands.
MAX_12 = {MAX_SAMPLE: (3, 4095)}
WITH_ALPHA = {338: (3, 2)}
ASSOCIATED = {338: (3, 1)}


def pixels(encoded, bits=None):
    sent = make_upright(encoded, bits=bits)
    return np.asarray(Image.open(io.BytesIO(sent)))


def grey(flat):
    return np.repeat(flat[..., None], 3, -1)


@pytest.mark.parametrize(
    ("encoded", "expected"),
    [
        pytest.param(png(GREY, significant=(12,)), grey(GREY >> 4), id="png"),
        pytest.param(png(RGB, significant=(12, 12, 12)), RGB >> 4, id="png-rgb"),
        pytest.param(png(RGBA, significant=(12, 12, 12, 16)), RGB >> 4, id="png-rgba"),
        pytest.param(png(LA, significant=(12, 16)), grey(GREY >> 4), id="png-grey-and-alpha"),
        pytest.param(png(UPPER, significant=(12,)), grey(GREY >> 4), id="png-in-the-upper-bits"),
        pytest.param(png(GREY * 16, significant=(16,)), grey(GREY >> 4), id="png-of-16"),
        pytest.param(png(GREY >> 3, significant=(9,)), grey(GREY >> 4), id="png-of-9"),
        pytest.param(tiff(GREY, MAX_12), grey(GREY >> 4), id="tiff"),
        pytest.param(tiff(GREY, MAX_12, order=">"), grey(GREY >> 4), id="tiff-mm"),
        pytest.param(tiff(GREY, {S_MAX_SAMPLE: (3, 4095)}), grey(GREY >> 4), id="tiff-s-max"),
        pytest.param(tiff(RGB, MAX_12), RGB >> 4, id="tiff-rgb"),
        pytest.param(tiff(RGB, MAX_12, order=">"), RGB >> 4, id="tiff-rgb-mm"),
        pytest.param(tiff(RGB, MAX_12 | {259: (3, DEFLATE)}), RGB >> 4, id="tiff-rgb-deflate"),
        pytest.param(tiff(INK, MAX_12 | {262: (3, 5)}), INK_SHOWN, id="tiff-cmyk"),
        pytest.param(tiff(RGBA, MAX_12 | WITH_ALPHA), RGB >> 4, id="tiff-rgba"),
        pytest.param(
            tiff(GREY, MAX_12 | {262: (3, 0)}), grey(255 - (GREY >> 4)), id="tiff-white-is-zero"
        ),
        pytest.param(tiff(GREY.astype("int32"), MAX_12), grey(GREY >> 4), id="tiff-of-32-bits"),
    ],
)
def test_the_depth_that_a_file_declares_decides(encoded, expected):
    assert np.array_equal(pixels(encoded), expected)
    assert np.array_equal(pixels(encoded, bits=14), expected)


def test_twelve_packed_bits_are_not_black():
    packed = np.frombuffer(bytes([0x12, 0x3F, 0xFF] * 240), np.uint8).reshape(20, 36)

    encoded = tiff(packed, {256: (4, 24), 258: (3, 12)})

    assert pixels(encoded)[0, :2, 0].tolist() == [0x12, 0xFF]


@pytest.mark.parametrize("white", [1.0, 4095.0, 1e6])
def test_the_greatest_sample_of_fractions_is_white(white):
    samples = np.full((20, 20), [0, 0.25 * white, 0.5 * white, white, 2 * white] * 4, "float32")

    found = pixels(tiff(samples, {S_MAX_SAMPLE: (11, white)}))

    assert found[0, :5, 0].tolist() == [0, 64, 128, 255, 255]


@pytest.mark.parametrize("white", [0.0, -1.0, float("nan")])
def test_a_white_that_cannot_be_is_not_used(white):
    samples = np.full((20, 20), 0.5, "float32")

    with pytest.raises(UnreadableImageError, match="SMaxSampleValue"):
        make_upright(tiff(samples, {S_MAX_SAMPLE: (11, white)}))


@pytest.mark.parametrize("samples", [GREY, RGB, LA, RGBA], ids=["grey", "rgb", "la", "rgba"])
def test_the_given_depth_counts_if_the_file_declares_none(samples):
    colours = samples if samples is GREY else samples[..., : 1 if samples is LA else 3]

    assert np.array_equal(
        pixels(png(samples), bits=12),
        np.broadcast_to(grey(colours >> 4) if samples is GREY else colours >> 4, (20, 24, 3)),
    )


@pytest.mark.parametrize("encoded", [png(GREY), tiff(RGB)], ids=["png", "tiff"])
def test_an_unknown_depth_is_refused_and_the_fix_is_named(encoded):
    with pytest.raises(UnreadableImageError) as raised:
        make_upright(encoded)

    assert "4095" in str(raised.value)
    assert "--bits 12" in str(raised.value)


def test_a_depth_that_is_too_small_for_the_values_is_refused():
    with pytest.raises(UnreadableImageError, match="10 bits are too few"):
        make_upright(png(GREY), bits=10)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_deep_colours_are_turned_upright(orientation):
    tag = {274: (3, orientation)}

    found = pixels(tiff(RGB, MAX_12 | tag))

    with Image.open(io.BytesIO(tiff(RGB << 4, tag))) as image:
        assert np.array_equal(found, np.asarray(image))


def test_an_empty_declaration_declares_nothing():
    assert pixels(png(GREY, significant=()), bits=12).max() == 255


@pytest.mark.parametrize(
    "encoded",
    [
        pytest.param(tiff(ramp(greatest=60_000), MAX_12), id="max-sample"),
        pytest.param(png(ramp(greatest=60_000)), id="none"),
    ],
)
def test_values_that_need_all_bits_have_16(encoded):
    assert pixels(encoded)[-1, -1].tolist() == [60_000 >> 8] * 3


@pytest.mark.parametrize(
    "encoded",
    [
        pytest.param(tiff(RGB, {284: (3, 2), 273: (4, 8, 968, 1928)}), id="planes"),
        pytest.param(tiff(RGBA, ASSOCIATED), id="premultiplied"),
    ],
)
def test_a_layout_whose_lower_bytes_are_lost_is_refused(encoded):
    with pytest.raises(UnreadableImageError, match="separate planes"):
        make_upright(encoded, bits=12)


@pytest.mark.parametrize(
    ("greatest", "bits"),
    [(0, 8), (255, 8), (256, 10), (1023, 10), (1024, 12), (4096, 14), (16_384, 16), (65_535, 16)],
)
def test_a_value_is_rounded_up_to_the_next_usual_depth(greatest, bits):
    assert round_up(greatest) == bits
