"""Test images with their class, and a classifier's prediction."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from components.report import pictures
from components.report.cards import Card, CardPicture, read_text
from components.report.test_examples import Values
from serving.client.heat import SCORES, read_heat_maps
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
        pictures=tuple(draw(fields, outputs, labels, predicted)),
        wrong=is_wrong,
    )


def draw(
    fields: Values, outputs: Values, labels: list[str], predicted: str
) -> Iterator[CardPicture]:
    """The image, and what speaks for the predicted class if the model has heat maps."""
    file = read_text(fields)
    yield CardPicture(pictures.encode_image(fields[ENCODED]), f"Image {file}", "")
    if SCORES in outputs:
        rows = {name: [value] for name, value in outputs.items()}
        (maps,) = read_heat_maps({**rows, "label": [predicted], "labels": [labels]}, 1)
        uri = pictures.encode_heat(fields[ENCODED], maps)
        yield CardPicture(uri, f"Where {predicted} is seen in {file}", f"for {predicted}")
