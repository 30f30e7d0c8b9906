"""What a file contains beyond the pixels that are used: further frames and transparency."""

from __future__ import annotations

import pytest
from PIL import Image

from components.ingestion.images import Limits, convert_and_check
from tests.fakes.image_files import file_of, picture, with_alpha

LIMITS = Limits(min_side=16, max_pixels=1_000_000)


@pytest.mark.parametrize("kind", ["TIFF", "GIF", "WEBP", "PNG"])
def test_further_frames_are_noticed(kind):
    another = picture().transpose(Image.Transpose.ROTATE_180)
    several = file_of(picture(), kind, save_all=True, append_images=[another])

    assert convert_and_check(several, LIMITS).has_more_frames
    assert not convert_and_check(file_of(picture(), kind), LIMITS).has_more_frames


@pytest.mark.parametrize("mode", ["LA", "RGBA"])
@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_transparent_pixels_are_noticed(mode, kind):
    opaque = picture().convert(mode)

    assert convert_and_check(file_of(with_alpha(mode[:-1]), kind), LIMITS).is_transparent
    assert not convert_and_check(file_of(opaque, kind), LIMITS).is_transparent
