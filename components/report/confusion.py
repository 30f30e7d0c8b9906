"""Reads TFMA's confusion matrix of a classifier."""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow_model_analysis as tfma
from numpy.typing import NDArray

from components.metrics.results import CANDIDATE

PLOT = "multiClassConfusionMatrixAtThresholds"


def read(evaluation: str, classes: int) -> NDArray[np.int_]:
    """Counts test images by true class (rows) and predicted class (columns): int [C, C]."""
    matrix = np.zeros((classes, classes), int)
    for key, outputs in tfma.load_eval_result(evaluation, model_name=CANDIDATE).plots:
        if not key:
            for entry in list_entries(outputs[""][""]):
                cell = (entry.get("actualClassId", 0), entry.get("predictedClassId", 0))
                matrix[cell] = round(entry.get("numWeightedExamples", 0))
    return matrix


def list_entries(plot: dict[str, Any]) -> list[dict[str, Any]]:
    """Lists the cells that are not empty, except those without a predicted class (-1)."""
    entries = plot[PLOT]["matrices"][0].get("entries", [])
    return [entry for entry in entries if entry.get("predictedClassId", 0) >= 0]
