"""Conversion of image files to stored pictures, and the reasons of rejects."""

from __future__ import annotations

import io
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from components.ingestion import images as ingested_images
from components.ingestion import rejects
from components.ingestion.images import Limits, RejectError, convert_and_check
from tests.fakes import deep_images, image_files
from tests.fakes.image_files import file_of, jpeg, oriented, picture, png_16_bit_rgb
from tests.fakes.images import scenes
from trainer.data import images

LIMITS = Limits(min_side=16, max_pixels=1_000_000)


def pixels_of(data):
    return images.decode(convert_and_check(data, LIMITS).encoded).numpy()


def rejection(data):
    with pytest.raises(RejectError) as raised:
        convert_and_check(data, LIMITS)
    return raised.value


def corners(pixels):
    height, width = pixels.shape[:2]
    rows, columns = (height // 4, 3 * height // 4), (width // 4, 3 * width // 4)
    return [tuple(pixels[y, x].tolist()) for y in rows for x in columns][:3]


@pytest.mark.parametrize(
    "tags",
    [pytest.param({254: (4, 1)}, id="preview"), pytest.param({50706: (4, 0x0401)}, id="dng")],
)
def test_a_preview_of_a_raw_file_is_not_its_image(tags):
    samples = np.zeros((40, 48, 3), np.uint8)

    error = rejection(deep_images.tiff(samples, tags))

    assert error.reason == rejects.UNREADABLE
    assert "preview" in error.detail


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(jpeg(), id="jpeg"),
        pytest.param(jpeg(progressive=True), id="progressive-jpeg"),
        pytest.param(file_of(picture(), "PNG"), id="png"),
        pytest.param(file_of(picture(), "BMP"), id="bmp"),
        pytest.param(oriented(1), id="upright-by-exif"),
        pytest.param(jpeg(exif=b"Exif\0\0MM\0*\xff\xff\xff\xff"), id="damaged-exif"),
        pytest.param(jpeg() + b"trailing bytes", id="trailing-bytes"),
        pytest.param(
            file_of(picture(), "MPO", save_all=True, append_images=[picture(1)]), id="two-pictures"
        ),
    ],
)
def test_bytes_that_need_no_change_are_kept(data):
    assert convert_and_check(data, LIMITS).encoded == data


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(file_of(picture().convert("RGBA")), id="alpha"),
        pytest.param(file_of(image_files.with_alpha("RGB")), id="alpha-gradient-is-dropped"),
        pytest.param(file_of(picture().convert("P")), id="palette-png"),
        pytest.param(file_of(picture().convert("P"), "BMP"), id="palette-bmp"),
        pytest.param(file_of(picture(), "WEBP", lossless=True), id="webp"),
        pytest.param(file_of(picture(), "TIFF"), id="tiff"),
        pytest.param(file_of(picture().convert("RGBA"), "BMP"), id="bmp-of-32-bits"),
        pytest.param(file_of(picture().convert("CMYK"), "TIFF"), id="cmyk-tiff"),
        pytest.param(file_of(picture().convert("P"), "GIF"), id="gif"),
        pytest.param(
            file_of(picture(), "GIF", save_all=True, append_images=[Image.new("RGB", (48, 40))]),
            id="animated-gif",
        ),
        pytest.param(
            file_of(picture(), save_all=True, append_images=[Image.new("RGB", (48, 40))]),
            id="animated-png",
        ),
        pytest.param(
            file_of(
                picture(),
                "WEBP",
                save_all=True,
                lossless=True,
                append_images=[Image.new("RGB", (48, 40))],
            ),
            id="animated-webp",
        ),
    ],
)
def test_other_kinds_become_a_png_of_the_same_colours(data):
    stored = convert_and_check(data, LIMITS)

    assert stored.format == "PNG"
    assert Image.open(io.BytesIO(stored.encoded)).mode == "RGB"
    assert corners(pixels_of(data)) == list(image_files.CORNERS.values())


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_exif_orientation_ends_upright(kind, orientation):
    pixels = pixels_of(oriented(orientation, kind))

    assert pixels.shape == (40, 48, 3)
    assert np.allclose(corners(pixels), list(image_files.CORNERS.values()), atol=40)


def test_a_cmyk_jpeg_becomes_rgb():
    pixels = pixels_of(file_of(picture().convert("CMYK"), "JPEG"))

    assert np.allclose(corners(pixels), list(image_files.CORNERS.values()), atol=40)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF"])
def test_greyscale_becomes_three_equal_channels(kind):
    data = file_of(Image.new("L", (20, 20), 77), kind)

    assert convert_and_check(data, LIMITS).format == "PNG"
    assert np.all(pixels_of(data) == 77)


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_sixteen_bits_of_grey_are_scaled_and_not_clipped(kind):
    grey = np.repeat(np.array([[0, 255, 256, 30000, 65535]], "uint16"), 20, axis=0).repeat(4, 1)

    pixels = pixels_of(file_of(Image.fromarray(grey), kind))

    assert pixels[0, ::4, 1].tolist() == [0, 0, 1, 117, 255]


def test_sixteen_bits_of_colour_are_scaled():
    pixels = pixels_of(png_16_bit_rgb(256, 30000, 65535))

    assert pixels[0, 0].tolist() == [1, 117, 255]


def test_a_file_that_does_not_declare_its_depth_looks_as_with_its_own():
    grey = scenes.draw(0)[..., 0]
    ten_bits = deep_images.png(grey.astype(np.uint16) * 4)

    looks = [
        convert_and_check(data, LIMITS).look for data in (ten_bits, file_of(Image.fromarray(grey)))
    ]

    assert looks[0] == looks[1]


def test_samples_without_a_known_white_are_rejected():
    data = file_of(Image.new("F", (20, 20), 0.5), "TIFF")

    assert rejection(data).reason == rejects.UNREADABLE


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(b"", rejects.EMPTY, id="empty"),
        pytest.param(b"<html>404 Not Found</html>", rejects.NOT_AN_IMAGE, id="html"),
        pytest.param(jpeg()[:-200], rejects.TRUNCATED, id="half-a-jpeg"),
        pytest.param(jpeg(progressive=True)[:-200], rejects.TRUNCATED, id="half-a-progressive"),
        pytest.param(jpeg()[:10], rejects.TRUNCATED, id="jpeg-header"),
        pytest.param(file_of(picture())[:-60], rejects.TRUNCATED, id="half-a-png"),
        pytest.param(file_of(picture(), "BMP")[:-60], rejects.TRUNCATED, id="half-a-bmp"),
        pytest.param(file_of(picture(), "WEBP")[:-30], rejects.TRUNCATED, id="half-a-webp"),
        pytest.param(file_of(picture(), "TIFF")[:-600], rejects.TRUNCATED, id="half-a-tiff"),
        pytest.param(
            file_of(picture()).replace(b"IDAT", b"IDAT!!", 1), rejects.UNREADABLE, id="damaged-png"
        ),
        pytest.param(jpeg(height=15, width=90), rejects.TOO_SMALL, id="too-small"),
        pytest.param(jpeg(height=1100, width=1000), rejects.TOO_MANY_PIXELS, id="too-many-pixels"),
        pytest.param(
            image_files.png_header(60_000, 60_000), rejects.TOO_MANY_PIXELS, id="pillows-bomb"
        ),
    ],
)
def test_bad_bytes_are_rejected_with_their_reason(data, reason):
    rejected = rejection(data)

    assert rejected.reason == reason
    assert rejected.detail


def test_a_bomb_is_rejected_before_it_is_decoded():
    bomb = image_files.png_header(9_000, 9_000)  # 243 MB once decoded: too few for Pillow to mind.

    start = time.process_time()
    rejected = rejection(bomb)

    assert rejected.reason == rejects.TOO_MANY_PIXELS
    assert time.process_time() - start < 0.1


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(ingested_images.formats.SIGNATURES)), st.binary(max_size=300))
def test_random_bytes_behind_any_signature_never_crash(kind, data):
    offset, magic = ingested_images.formats.SIGNATURES[kind][0]

    assert rejection(b"RIFF0000"[:offset] + magic + data).reason in rejects.REASONS


FILES = [file_of(picture(), kind) for kind in ("JPEG", "PNG", "GIF", "BMP", "WEBP", "TIFF")]
DEEP = [
    deep_images.png(deep_images.ramp(), significant=(12,)),
    deep_images.png(deep_images.ramp(0, 1), significant=(12, 16)),
    deep_images.png(deep_images.ramp(0, 1, 2), significant=(12, 12, 12)),
    deep_images.tiff(deep_images.ramp(), {deep_images.MAX_SAMPLE: (3, 4095)}),
    deep_images.tiff(deep_images.ramp(0, 1, 2), {deep_images.S_MAX_SAMPLE: (12, 4095.0)}),
    deep_images.tiff(deep_images.ramp(0, 1, 2), {259: (3, deep_images.DEFLATE)}),
]


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from([*FILES, *DEEP]),
    st.integers(-400, 10_000),
    st.binary(min_size=1, max_size=8),
)
def test_a_damaged_file_is_stored_whole_or_rejected(file, at, damage):
    data = bytearray(file)
    data[at % len(data) : at % len(data) + len(damage)] = damage

    stored = stored_or_reason(bytes(data))

    if isinstance(stored, str):
        assert stored in rejects.REASONS
    else:
        assert images.decode(stored.encoded).shape == (stored.height, stored.width, 3)


def stored_or_reason(data):
    try:
        return convert_and_check(data, LIMITS)
    except RejectError as error:
        return error.reason
