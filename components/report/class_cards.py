"""Test images with their class, and a classifier's prediction."""

from __future__ import annotations

import numpy as np

from components.report import pictures
from components.report.cards import Card, CardPicture, read_text
from components.report.test_examples import Values
from trainer.data.records import ENCODED, LABEL_TEXT


def make_card(fields: Values, outputs: Values, labels: list[str]) -> Card:
    """Scores the image by the probability of its true class."""
    file, truth = read_text(fields), read_text(fields, LABEL_TEXT)
    probabilities = dict(zip(labels, np.nan_to_num(outputs["probabilities"]), strict=True))
    predicted = outputs["label"].decode("utf-8", "replace")
    score = float(probabilities.get(truth, 0.0))
    is_wrong = predicted != truth
    mistake = f"taken for {predicted} ({probabilities.get(predicted, 0.0):.2f})"
    return Card(
        file=file,
        score=score,
        scored=f"{score:.2f} for its class",
        lines=(truth, mistake if is_wrong else "recognised"),
        pictures=(CardPicture(pictures.encode_image(fields[ENCODED]), f"Image {file}", ""),),
        wrong=is_wrong,
    )
