"""Images that are intact but not supported are named, with a way to convert them."""

import numpy as np
import pytest
from PIL import Image, UnidentifiedImageError

from serving import image_kinds, rgb_images
from tests.fakes.image_files import coded, file_of, jpeg, picture

KINDS = [
    pytest.param(coded(0xC1, bits=12), ["JPEG", "12 bits"], id="12-bit"),
    pytest.param(coded(0xC3), ["JPEG", "lossless"], id="lossless"),
    pytest.param(coded(0xC3, bits=16), ["lossless", "16 bits"], id="lossless-16-bit"),
    pytest.param(coded(0xC9), ["JPEG", "arithmetic"], id="arithmetic"),
    pytest.param(coded(0xCA), ["progressive arithmetic"], id="progressive-arithmetic"),
    pytest.param(coded(0xC5), ["hierarchical"], id="hierarchical"),
    pytest.param(coded(0xF7), ["JPEG-LS"], id="jpeg-ls"),
    pytest.param(coded(0xC0, channels=2), ["2 channels"], id="two-channels"),
    pytest.param(b"\0\0\0\x18ftypheic" + bytes(99), ["HEIC"], id="heic"),
    pytest.param(b"\xff\x0a" + bytes(99), ["JPEG XL"], id="jpeg-xl"),
    pytest.param(bytes(128) + b"DICM" + bytes(99), ["DICOM"], id="dicom"),
    pytest.param(file_of(Image.fromarray(np.ones((9, 9), "f4")), "TIFF"), ["32-bit"], id="float"),
]
COMMON = [jpeg(), jpeg(progressive=True), file_of(picture(), "TIFF"), file_of(picture()), b"", b"x"]


@pytest.mark.parametrize(("data", "words"), KINDS)
def test_the_kind_is_named_with_a_command(data, words):
    text = image_kinds.explain(data)

    assert all(word in text for word in (*words, "magick"))


@pytest.mark.parametrize("data", COMMON, ids=range(len(COMMON)))
def test_other_files_have_no_such_text(data):
    assert image_kinds.explain(data) == ""


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(jpeg()[:3], id="jpeg"),
        pytest.param(coded(0xC3)[:25], id="jpeg-without-frame"),
        pytest.param(b"II*\0" + bytes(9), id="tiff"),
    ],
)
def test_the_beginning_of_a_file_has_none_either(data):
    assert image_kinds.explain(data) == ""


def test_a_coding_that_tensorflow_lacks_is_not_sent_as_it_is():
    with pytest.raises(rgb_images.UnreadableImageError, match="12 bits per value"):
        rgb_images.make_upright(coded(0xC1, bits=12))
    assert image_kinds.is_common_jpeg(jpeg(progressive=True))
    assert not image_kinds.is_common_jpeg(coded(0xC3))


@pytest.mark.parametrize(
    "error",
    [
        UnidentifiedImageError(f"cannot identify image file {object()!r}"),
        ValueError("{{function_node __wrapped__DecodeJpeg_device_CPU:0}} bad data [Op:DecodeJpeg]"),
    ],
)
def test_a_reason_is_the_same_in_each_run(error):
    reason = image_kinds.clean_reason(error)

    assert not any(varying in reason for varying in ("0x", "__wrapped__", "Op:"))
    assert reason in ("its header cannot be read", "bad data")
