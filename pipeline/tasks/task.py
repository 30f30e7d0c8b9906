"""What a task adds to the pipeline: the metrics of TFMA, and the tables of a run's result."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from tensorflow_model_analysis.proto import config_pb2

from serving.drawing.sheets import Tile
from serving.terminal import Table
from trainer.config import DataConfig, Experiment

if TYPE_CHECKING:
    from pipeline.local.results import RunResult


DrawTarget = Callable[[NDArray[np.uint8], Any, Sequence[str]], Tile]


def draw_image_alone(pixels: NDArray[np.uint8], target: Any, labels: Sequence[str]) -> Tile:
    """The image [H, W, 3] without its target."""
    return Tile(Image.fromarray(pixels))


@dataclass(frozen=True)
class TaskPipeline:
    """What a task adds to the pipeline."""

    image_labels: Callable[[DataConfig], tuple[str, ...]]  # The labels that an image may have.
    model_spec: dict[str, Any]  # Where TFMA finds labels and predictions.
    sliced_by: tuple[str, ...]  # Fields of the records.
    by_class: config_pb2.SlicingSpec  # The slices of a threshold with `each_class`.
    metrics: Callable[[Experiment], list[config_pb2.MetricConfig]]
    tables: Callable[[RunResult], list[Table]]  # The test split's metrics.
    draw_target: DrawTarget = draw_image_alone  # From pixels, target and labels.
    has_legend: bool = False  # Whether the colours of targets stand for labels.
