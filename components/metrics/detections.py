"""What a localizer answered about images, compared with the truth and counted.

Each image has one true box and one detection: the box and the label of the model's answer, ranked
by the label's probability. It is a hit if the label is right and the IoU is at least 0.5.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import apache_beam as beam
import numpy as np
from tensorflow_model_analysis.metrics.metric_types import (
    MetricComputation,
    MetricKey,
    Preprocessor,
)
from tensorflow_model_analysis.utils.util import StandardExtracts

from serving.client import Box
from trainer.data import boxes, records

LEAST_IOU = 0.5  # Of a hit.
LEVELS = 10_000  # Of probabilities: those in one level have one rank, so that memory is bounded.


class Detection(NamedTuple):
    """A model's answer about one image, compared with the truth."""

    true_class: int  # -1 if the model does not know it.
    found_class: int
    probability: float
    iou: float


@dataclass
class Detections:
    """Counts of detections; no more of them than classes times LEVELS."""

    iou: float = 0.0  # The sum.
    truths: Counter[int] = field(default_factory=Counter)  # By class.
    found: Counter[tuple[int, int, bool]] = field(default_factory=Counter)  # Class, level, hit.


def count_detections(model_name: str, output_name: str) -> MetricComputation:
    """The counts that all metrics of a model share."""
    key = MetricKey("_detections", model_name, output_name)
    return MetricComputation([key], [ReadDetection(model_name)], CountDetections(key))


class ReadDetection(Preprocessor):
    """Compares the answer of a model with the record."""

    def __init__(self, model_name: str) -> None:
        super().__init__(name=f"detection_of_{model_name}")
        self._model_name = model_name

    def process(self, extracts: Any) -> Iterator[Detection]:
        """Yields one Detection."""
        read = StandardExtracts(extracts)
        fields, answer = read.get_features(), read.get_predictions(self._model_name)
        probabilities = np.ravel(answer["probabilities"])
        found_class = int(np.argmax(probabilities))
        names = [*np.ravel(answer["labels"])]
        label = np.ravel(fields[records.LABEL_TEXT])[0]
        yield Detection(
            true_class=names.index(label) if label in names else -1,
            found_class=found_class,
            probability=float(probabilities[found_class]),
            iou=read_box(fields).compute_iou(Box(*map(float, np.ravel(answer["boxes"])))),
        )


def read_box(fields: dict[str, Any]) -> Box:
    """The true box of a record, in pixels."""
    height, width = (float(np.ravel(fields[n])[0]) for n in (records.HEIGHT, records.WIDTH))
    sides = [float(np.ravel(fields[records.BOXES[side]])[0]) for side in boxes.ORDER]
    return Box(*(s * whole for s, whole in zip(sides, (height, width) * 2, strict=True)))


class CountDetections(beam.CombineFn):
    """Counts detections by class, level of probability, and whether they are hits."""

    def __init__(self, key: MetricKey) -> None:
        super().__init__()
        self._key = key

    def create_accumulator(self) -> Detections:
        """Nothing counted."""
        return Detections()

    def add_input(self, counts: Detections, one: Detection) -> Detections:
        """Counts one more."""
        is_hit = one.found_class == one.true_class and one.iou >= LEAST_IOU
        counts.iou += one.iou
        counts.truths[one.true_class] += 1
        counts.found[one.found_class, int(one.probability * LEVELS), is_hit] += 1
        return counts

    def merge_accumulators(self, several: Iterable[Detections]) -> Detections:
        """Adds the counts."""
        whole = Detections()
        for counts in several:
            whole.iou += counts.iou
            whole.truths.update(counts.truths)
            whole.found.update(counts.found)
        return whole

    def extract_output(self, counts: Detections) -> dict[MetricKey, Detections]:
        """All counts, by the key."""
        return {self._key: counts}
