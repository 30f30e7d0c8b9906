"""Expected calibration error and reliability as TFMA metrics, for classes and for pixels.

trainer/calibration/reliability.py says what the error is, and what it is not.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import Any

import apache_beam as beam
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from tensorflow_model_analysis.metrics.metric_types import (
    DerivedMetricComputation,
    Metric,
    MetricComputation,
    MetricComputations,
    MetricKey,
    Preprocessor,
    register_metric,
)
from tensorflow_model_analysis.metrics.metric_util import merge_per_key_computations
from tensorflow_model_analysis.utils.util import StandardExtracts

from trainer.calibration.reliability import Reliability
from trainer.data import records

CALIBRATION_ERROR = "calibration_error"
RELIABILITY = "reliability"
CONFIDENCE = "confidence_bytes"

Answers = tuple[NDArray[Any], NDArray[np.bool_]]  # Probabilities, and whether it is right.


class CalibrationError(Metric):
    """`calibration_error` in 0..1, less is better; NaN if the model returns no probabilities.

    `reliability` has the sums that it is computed from, [3, BINS]: see Reliability.to_array.
    """

    def __init__(self, name: str = CALIBRATION_ERROR) -> None:
        super().__init__(merge_per_key_computations(make_computations), name=name)


def make_computations(
    name: str = "", model_name: str = "", output_name: str = "", **_: Any
) -> MetricComputations:
    """Returns the sums of a model's answers, and what is derived from them. For TFMA."""
    sums = MetricKey("_reliability", model_name, output_name)
    error, array = (MetricKey(key, model_name, output_name) for key in (name, RELIABILITY))

    def result(metrics: dict[MetricKey, Any]) -> dict[MetricKey, Any]:
        return {error: metrics[sums].error, array: metrics[sums].to_array()}

    counted = MetricComputation([sums], [ReadAnswers(model_name)], SumAnswers(sums))
    return [counted, DerivedMetricComputation(keys=[error, array], result=result)]


class ReadAnswers(Preprocessor):
    """Reads the probability of the class that a model chose, and whether it is right."""

    def __init__(self, model_name: str) -> None:
        super().__init__(name=f"answers_of_{model_name}")
        self._model_name = model_name

    def process(self, extracts: Any) -> Iterator[Answers]:
        """Yields an image's answers; none if the model returns no probabilities."""
        read = StandardExtracts(extracts)
        fields, outputs = read.get_features(), read.get_predictions(self._model_name)
        if records.MASK in fields:
            yield from read_pixels(fields, outputs)
        else:
            yield read_class(fields, outputs)


def read_class(fields: dict[str, Any], outputs: dict[str, Any]) -> Answers:
    """One answer: the probability of the image's class."""
    probabilities = np.ravel(outputs["probabilities"])
    best = int(np.argmax(probabilities))
    names = [*np.ravel(outputs["all_classes"])]
    return probabilities[[best]], np.array([names[best] == np.ravel(fields[records.LABEL_TEXT])[0]])


def read_pixels(fields: dict[str, Any], outputs: dict[str, Any]) -> Iterator[Answers]:
    """An answer for each pixel that counts."""
    if CONFIDENCE in outputs:
        truth, mask, confidence = (
            decode(values[name])
            for values, name in (
                (fields, records.MASK),
                (outputs, "mask_bytes"),
                (outputs, CONFIDENCE),
            )
        )
        counts = truth != records.IGNORED
        yield confidence[counts] / 255, mask[counts] == truth[counts]


def decode(png: Any) -> NDArray[np.uint8]:
    """The bytes of a PNG, [H, W]."""
    with Image.open(io.BytesIO(np.ravel(png)[0])) as image:
        return np.asarray(image)


class SumAnswers(beam.CombineFn):
    """Adds answers up; what is kept does not grow with them."""

    def __init__(self, key: MetricKey) -> None:
        super().__init__()
        self._key = key

    def create_accumulator(self) -> Reliability:
        """No answers."""
        return Reliability()

    def add_input(self, sums: Reliability, answers: Answers) -> Reliability:
        """Adds an image's answers."""
        sums.add(*answers)
        return sums

    def merge_accumulators(self, several: Iterable[Reliability]) -> Reliability:
        """Adds the sums."""
        whole = Reliability()
        for sums in several:
            whole.merge(sums)
        return whole

    def extract_output(self, sums: Reliability) -> dict[MetricKey, Reliability]:
        """All sums, by the key."""
        return {self._key: sums}


register_metric(CalibrationError)
