"""Test images with their label and box, and a localizer's."""

from __future__ import annotations

from components.metrics.detections import read_box
from components.report import pictures
from components.report.cards import Card, CardPicture, read_text
from components.report.test_examples import Values
from serving.client import Box
from serving.overlay import COLOURS
from trainer.data.records import ENCODED, LABEL_TEXT

TRUTH, FOUND = COLOURS[2], COLOURS[0]


def make_card(fields: Values, outputs: Values, labels: list[str]) -> Card:
    """Scores the image by the IoU of its box."""
    file, truth = read_text(fields), read_text(fields, LABEL_TEXT)
    label = outputs["label"].decode("utf-8", "replace")
    true_box, box = read_box(fields), Box(*map(float, outputs["boxes"]))
    score = true_box.compute_iou(box)
    drawn = pictures.encode_boxes(fields[ENCODED], [(true_box, TRUTH), (box, FOUND)])
    is_wrong = label != truth
    return Card(
        file=file,
        score=score,
        scored=f"IoU {score:.3f}",
        lines=(truth, f"taken for {label}" if is_wrong else "recognised"),
        pictures=(CardPicture(drawn, f"Boxes on {file}", ""),),
        wrong=is_wrong,
    )


def make_legend(labels: list[str], cards: list[Card]) -> list[tuple[str, str]]:
    """Returns the colours of both boxes in CSS."""
    colours = {"true box": TRUTH, "box found": FOUND}
    return [(name, f"rgb({','.join(map(str, rgb))})") for name, rgb in colours.items()]
