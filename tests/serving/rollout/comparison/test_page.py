"""The page of a comparison: self-contained, and safe to open."""

from __future__ import annotations

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image

from serving.client import Box, Localization, Prediction, Segmentation
from serving.rollout.comparison import page
from serving.rollout.comparison.answers import Comparison, Difference
from serving.rollout.comparison.differences import measure
from serving.rollout.records import Position

HOSTILE = "<script>alert(1)</script>\u202e"


def encode(pixels):
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


@pytest.fixture
def photo(tmp_path):
    path = tmp_path / "<photo>.png"
    path.write_bytes(encode(np.full((4, 6, 3), 200, np.uint8)))
    return path


def masked(column):
    mask = np.zeros((4, 6), np.uint8)
    mask[:, column:] = 1
    return Segmentation(encode(mask), {"ground": column / 6, HOSTILE: 1 - column / 6})


def render(found):
    comparison = Comparison(1, 2, found.metrics, [found])
    return page.render("shop", Position(1, 2, 10), comparison)


def read_pictures(html):
    uris = re.findall(r'src="data:image/png;base64,([^"]+)"', html)
    return [Image.open(io.BytesIO(base64.b64decode(uri))) for uri in uris]


def test_masks_are_side_by_side_with_their_difference_in_red(photo):
    html = render(Difference(photo, measure(masked(2), masked(3)), masked(2), masked(3)))

    _, stable, canary, difference = map(np.array, read_pictures(html))
    red = (difference == page.CHANGED).all(axis=-1)
    assert red[:, 2].all()
    assert red.sum() == 4
    assert (stable != canary).any()


def test_classes_are_shown_with_the_image(photo):
    answers = Prediction("cat", {"cat": 0.75, "dog": 0.25}), Prediction("dog", {"dog": 1.0})
    html = render(Difference(photo, measure(*answers), *answers))

    assert len(read_pictures(html)) == 1
    assert "cat (cat 0.750, dog 0.250)" in html
    assert "dog (dog 1.000)" in html


def test_boxes_are_side_by_side(photo):
    answers = [Localization("cat", {"cat": 1.0}, Box(0, left, 3, left + 2)) for left in (0, 3)]
    html = render(Difference(photo, measure(*answers), *answers))

    image, stable, canary = map(np.array, read_pictures(html))
    assert (stable[0] != image[0]).any()
    assert (stable != canary).any()


def test_an_answer_that_is_missing_has_its_error(photo):
    found = Difference(photo, {"agreement": 0.0, "failed": 1.0}, masked(2), None, "too large")

    assert "no answer (too large)" in render(found)
    assert len(read_pictures(render(found))) == 2


def test_names_from_outside_are_escaped(photo):
    html = render(Difference(photo, {"agreement": 0.0}, masked(2), masked(3)))

    assert "<script" not in html
    assert "<photo>" not in html
    assert "\u202e" not in html


def test_large_images_become_small_pictures(tmp_path):
    path = tmp_path / "large.png"
    path.write_bytes(encode(np.zeros((900, 1200, 3), np.uint8)))
    answers = Prediction("cat", {"cat": 1.0}), Prediction("dog", {"dog": 1.0})

    [picture] = read_pictures(render(Difference(path, measure(*answers), *answers)))
    assert picture.size == (320, 240)
