"""What the client does to images before it sends them."""

import io

import numpy as np
import pytest
from PIL import Image

from components.ingestion import images
from components.ingestion.images import Limits, RejectError
from serving.rgb_images import UnreadableImageError, check, make_upright
from tests.fakes.image_files import file_of, oriented, picture, png_16_bit_rgb
from tests.fakes.saved_models import draw


def pixels(encoded):
    return np.asarray(Image.open(io.BytesIO(encoded)))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "BMP"])
def test_plain_files_keep_their_bytes(kind):
    encoded = draw("red", kind=kind)

    assert make_upright(encoded) is encoded


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        ("WEBP", "RGB"),
        ("TIFF", "RGB"),
        ("GIF", "P"),
        ("BMP", "P"),
        ("PNG", "RGBA"),
        ("PNG", "P"),
        ("JPEG", "CMYK"),
    ],
)
def test_other_kinds_become_png(kind, mode):
    image = Image.open(io.BytesIO(make_upright(draw("red", kind=kind, mode=mode))))

    assert (image.format, image.mode, image.size) == ("PNG", "RGB", (8, 6))
    assert np.abs(np.asarray(image).astype(int) - [255, 0, 0]).max() < 8


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_a_rotated_image_is_turned_upright(kind):
    exif = Image.Exif()
    exif[0x0112] = 6

    turned = make_upright(draw("red", width=8, height=6, kind=kind, exif=exif))

    assert pixels(turned).shape == (8, 6, 3)
    assert Image.open(io.BytesIO(turned)).getexif().get(0x0112, 1) == 1


def test_sixteen_bits_are_scaled_and_not_cut_off():
    stream = io.BytesIO()
    Image.fromarray(np.full((4, 4), 0x8000, np.uint16)).save(stream, "PNG")

    assert np.all(pixels(make_upright(stream.getvalue())) == 0x80)


@pytest.mark.parametrize(
    ("mode", "value", "named"),
    [
        pytest.param("I", -1, "TIFF of mode I ", id="negative"),
        pytest.param("I", 70_000, "TIFF of mode I ", id="more-than-16-bits"),
        pytest.param("F", 1, "TIFF of mode F ", id="fractions"),
        pytest.param("I", 300, "sample is 300, .* --bits 10", id="undeclared"),
    ],
)
def test_samples_without_a_known_white_are_refused(mode, value, named):
    encoded = file_of(Image.new(mode, (20, 20), value), "TIFF")

    with pytest.raises(UnreadableImageError, match=named):
        make_upright(encoded)


def drawn():
    """Every kind of file that a user may bring."""
    grey = Image.fromarray(np.full((20, 20), 30_000, np.uint16))
    kinds = ("JPEG", "PNG", "BMP", "GIF", "WEBP", "TIFF", "MPO")
    modes = ("RGBA", "LA", "P", "L", "1", "F")
    files = {kind: file_of(picture(), kind) for kind in kinds}
    files |= {f"TIFF {mode}": file_of(picture().convert(mode), "TIFF") for mode in modes}
    files |= {f"orientation {n}": oriented(n) for n in range(1, 9)}
    files |= {f"16 bits {kind}": file_of(grey, kind) for kind in ("PNG", "TIFF")}
    files["16 bits RGB"] = png_16_bit_rgb(256, 30_000, 65_535)
    files["32 bits BMP"] = file_of(picture().convert("RGBA"), "BMP")
    return [pytest.param(data, id=name) for name, data in files.items()]


@pytest.mark.parametrize("encoded", drawn())
def test_the_client_sends_what_ingestion_stores(encoded):
    assert answer_or_refusal(make_upright, encoded) == answer_or_refusal(ingested, encoded)


def ingested(encoded):
    return images.convert(encoded, Limits(min_side=1, max_pixels=10_000)).encoded


def answer_or_refusal(take, encoded):
    try:
        return take(encoded)
    except (UnreadableImageError, RejectError):
        return "refused"


@pytest.mark.parametrize(
    ("encoded", "named"),
    [
        pytest.param(b"", "empty", id="empty"),
        pytest.param(b"name,label\n", "b'name,lab'", id="text"),
    ],
)
def test_bytes_that_are_not_an_image_are_refused(encoded, named):
    with pytest.raises(UnreadableImageError, match=named):
        make_upright(encoded)


def test_damage_after_a_valid_header_is_found_by_check():
    encoded = draw("red", 256, 256, kind="JPEG")[:-60]

    assert make_upright(encoded) is encoded
    with pytest.raises(UnreadableImageError):
        check(encoded)
