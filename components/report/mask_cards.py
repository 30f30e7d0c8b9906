"""Test images with their mask, and the mask that a segmenter makes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from components.report import pictures
from components.report.cards import Card, Picture, text
from components.report.test_examples import Values
from serving import overlay
from trainer.data.records import ENCODED, IGNORED, LABEL_TEXT, MASK, SPECIES


def card(fields: Values, outputs: Values, labels: list[str]) -> Card:
    """Scored by the mean IoU of the image."""
    file, truth = text(fields), overlay.read_ids(fields[MASK])
    said = overlay.read_ids(outputs["mask_bytes"])
    score = mean_iou(truth, said, len(labels))
    about = [text(fields, name) for name in (SPECIES, LABEL_TEXT)]
    return Card(
        file=file,
        score=score,
        scored=f"mean IoU {score:.3f}",
        lines=tuple(filter(None, about)),
        pictures=(
            Picture(pictures.of_image(fields[ENCODED]), f"Image {file}", "image"),
            Picture(pictures.of_mask(truth), f"True mask of {file}", "truth"),
            Picture(pictures.of_mask(said), f"Predicted mask of {file}", "prediction"),
        ),
        partly_ignored=bool((truth == IGNORED).any()),
    )


def mean_iou(truth: NDArray[np.uint8], said: NDArray[np.uint8], classes: int) -> float:
    """Of two masks [H, W], over the classes that either has; NaN where no pixel counts."""
    counts = truth != IGNORED
    cells = truth[counts].astype(int) * classes + said[counts]
    matrix = np.bincount(cells, minlength=classes * classes).reshape(classes, classes)
    hits = matrix.diagonal()
    either = matrix.sum(axis=0) + matrix.sum(axis=1) - hits
    there = either > 0
    return float(np.mean(hits[there] / either[there])) if there.any() else float("nan")


def legend(labels: list[str], cards: list[Card]) -> list[tuple[str, str]]:
    """Each class and its colour in CSS; the last are pixels that count for no class."""
    colours = overlay.make_palette()
    numbers = dict(enumerate(labels))
    if any(card.partly_ignored for card in cards):
        numbers[IGNORED] = "not counted"
    return [(name, f"rgb({','.join(map(str, colours[n]))})") for n, name in numbers.items()]
