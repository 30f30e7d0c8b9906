"""Test images with their mask, and a segmenter's mask."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from components.report import pictures
from components.report.cards import Card, CardPicture, read_text
from components.report.test_examples import Values
from serving import overlay
from trainer.data.records import ENCODED, IGNORED, LABEL_TEXT, MASK, SPECIES


def make_card(fields: Values, outputs: Values, labels: list[str]) -> Card:
    """Scores the image by its mean IoU."""
    file, truth = read_text(fields), overlay.read_ids(fields[MASK])
    predicted = overlay.read_ids(outputs["mask_bytes"])
    score = compute_mean_iou(truth, predicted, len(labels))
    about = [read_text(fields, name) for name in (SPECIES, LABEL_TEXT)]
    return Card(
        file=file,
        score=score,
        scored=f"mean IoU {score:.3f}",
        lines=tuple(filter(None, about)),
        pictures=(
            CardPicture(pictures.encode_image(fields[ENCODED]), f"Image {file}", "image"),
            CardPicture(pictures.encode_mask(truth), f"True mask of {file}", "truth"),
            CardPicture(pictures.encode_mask(predicted), f"Predicted mask of {file}", "prediction"),
        ),
        partly_ignored=bool((truth == IGNORED).any()),
    )


def compute_mean_iou(truth: NDArray[np.uint8], predicted: NDArray[np.uint8], classes: int) -> float:
    """Averages over the classes that either mask [H, W] has; NaN if all pixels are ignored."""
    counts = truth != IGNORED
    cells = truth[counts].astype(int) * classes + predicted[counts]
    matrix = np.bincount(cells, minlength=classes * classes).reshape(classes, classes)
    hits = matrix.diagonal()
    either = matrix.sum(axis=0) + matrix.sum(axis=1) - hits
    present = either > 0
    return float(np.mean(hits[present] / either[present])) if present.any() else float("nan")


def make_legend(labels: list[str], cards: list[Card]) -> list[tuple[str, str]]:
    """Returns each class and its colour in CSS, and that of ignored pixels if there are any."""
    colours = overlay.make_palette()
    numbers = dict(enumerate(labels))
    if any(card.partly_ignored for card in cards):
        numbers[IGNORED] = "not counted"
    return [(name, f"rgb({','.join(map(str, colours[n]))})") for n, name in numbers.items()]
