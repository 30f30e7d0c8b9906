"""What the report shows of a box."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image

from components.report import box_cards
from tests.fakes import tiny
from trainer.data import records

IMAGE = tiny.png(np.full((100, 80, 3), 128, np.uint8))
FIELDS = {
    records.ENCODED: IMAGE,
    records.FILENAME: b"a.png",
    records.LABEL_TEXT: b"cat",
    records.HEIGHT: 100,
    records.WIDTH: 80,
    **{
        records.BOXES[side]: [value]
        for side, value in zip(
            ("ymin", "xmin", "ymax", "xmax"), (0.1, 0.25, 0.5, 0.75), strict=True
        )
    },
}


def card(label, box):
    return box_cards.make_card(FIELDS, {"label": label, "boxes": np.float32(box)}, ["cat", "dog"])


def test_a_card_is_scored_by_the_iou_of_its_box():
    found = card(b"cat", (10, 20, 50, 40))  # The left half of the true box.

    assert found.score == pytest.approx(0.5)
    assert (found.lines, found.wrong) == (("cat", "recognised"), False)


def test_another_label_is_a_mistake():
    assert card(b"dog", (10, 20, 50, 60)).wrong


def test_both_boxes_are_drawn_in_their_colours():
    uri = card(b"cat", (40, 10, 90, 70)).pictures[0].uri
    with Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2]))) as picture:
        pixels = np.asarray(picture.convert("RGB")).astype(int)

    for colour, (row, column) in {box_cards.TRUTH: (10, 40), box_cards.FOUND: (90, 40)}.items():
        assert np.abs(pixels[row - 1 : row + 2, column] - colour).max(axis=1).min() < 90  # A JPEG.
