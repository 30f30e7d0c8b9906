"""The memory that the images of a request count for."""

from __future__ import annotations

import numpy as np
import pytest

from serving.server import handlers
from serving.server.handlers import PIXEL_BYTES
from tests.fakes.image_files import jpeg, png_header


def encoded(*texts):
    return {"image_bytes": np.array(texts, object)}


@pytest.mark.parametrize(
    ("inputs", "pixels"),
    [
        pytest.param(encoded(jpeg(), jpeg()), 2 * 40 * 48, id="sum"),
        pytest.param(encoded(png_header(9_000, 9_000)), 9_000**2, id="header-alone"),
        pytest.param(encoded(b"no image", b""), 0, id="no-image"),
        pytest.param({"pixels": np.zeros((2, 5, 7, 3), np.uint8)}, 2 * 5 * 7, id="decoded"),
        pytest.param({"sizes": np.zeros((2, 2), np.int32)}, 0, id="not-an-image"),
    ],
)
def test_a_request_counts_the_pixels_of_its_images(inputs, pixels):
    assert handlers.count_bytes(inputs) == PIXEL_BYTES * pixels
