"""Test images with their class, and what a classifier says."""

from __future__ import annotations

import numpy as np

from components.report import pictures
from components.report.cards import Card, Picture, text
from components.report.test_examples import Values
from trainer.data.records import ENCODED, LABEL_TEXT


def card(fields: Values, outputs: Values, labels: list[str]) -> Card:
    """Scored by the probability that the true class is given."""
    file, truth = text(fields), text(fields, LABEL_TEXT)
    probabilities = dict(zip(labels, np.nan_to_num(outputs["probabilities"]), strict=True))
    said = outputs["label"].decode("utf-8", "replace")
    score = float(probabilities.get(truth, 0.0))
    is_wrong = said != truth
    answer = f"taken for {said} ({probabilities.get(said, 0.0):.2f})" if is_wrong else "recognised"
    return Card(
        file=file,
        score=score,
        scored=f"{score:.2f} for its class",
        lines=(truth, answer),
        pictures=(Picture(pictures.of_image(fields[ENCODED]), f"Image {file}", ""),),
        wrong=is_wrong,
    )
