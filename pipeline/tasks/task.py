"""What a task adds to the pipeline: the metrics of TFMA, and the tables of a run's result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import tensorflow_model_analysis as tfma

from serving.terminal import Table
from trainer.config import DataConfig, Experiment

if TYPE_CHECKING:
    from pipeline.local.results import RunResult


@dataclass(frozen=True)
class TaskPipeline:
    """What a task adds to the pipeline."""

    image_labels: Callable[[DataConfig], tuple[str, ...]]  # The labels that an image may have.
    model_spec: dict[str, Any]  # Where TFMA finds labels and predictions.
    sliced_by: tuple[str, ...]  # Fields of the records.
    by_class: tfma.SlicingSpec  # The slices of a threshold with `each_class`.
    metrics: Callable[[Experiment], list[tfma.MetricConfig]]
    tables: Callable[[RunResult], list[Table]]  # The test split's metrics.
