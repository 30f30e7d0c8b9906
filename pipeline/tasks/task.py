"""What a task adds to the pipeline: what TFMA measures, and what a run's result shows of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import tensorflow_model_analysis as tfma
from rich.table import Table

from trainer.config import DataConfig

if TYPE_CHECKING:
    from pipeline.local.results import RunResult


@dataclass(frozen=True)
class TaskPipeline:
    """What a task adds to the pipeline."""

    image_labels: Callable[[DataConfig], tuple[str, ...]]  # The labels that records may have.
    model_spec: dict[str, Any]  # How TFMA finds truth and answer.
    sliced_by: tuple[str, ...]  # Fields of records.
    by_class: tfma.SlicingSpec  # The slices of a threshold with `each_class`.
    metrics: Callable[[int], list[tfma.MetricConfig]]  # Of the number of classes.
    tables: Callable[[RunResult], list[Table]]  # The test split's metrics.
