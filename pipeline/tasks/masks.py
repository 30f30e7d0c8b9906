"""What TFMA measures of a segmenter, on the images' own pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import tensorflow_model_analysis as tfma
from rich.table import Table

from components.metrics.masks import IOU, MEAN_IOU, PIXEL_ACCURACY, ClassIoU, MeanIoU, PixelAccuracy
from pipeline.tasks.metric_config import own_metric
from pipeline.tasks.tables import mask_slices, mask_table
from pipeline.tasks.task import TaskPipeline
from trainer.config import DataConfig
from trainer.data.records import LABEL_TEXT, SPECIES

if TYPE_CHECKING:
    from pipeline.local.results import RunResult

METRICS = {MEAN_IOU: MeanIoU, PIXEL_ACCURACY: PixelAccuracy}  # What a threshold may name.


def metrics(classes: int) -> list[tfma.MetricConfig]:
    """How many images, mean IoU, pixel accuracy, and each class's IoU."""
    return [
        tfma.MetricConfig(class_name="ExampleCount"),
        *(own_metric(kind, name, classes) for name, kind in METRICS.items()),
        own_metric(ClassIoU, IOU, classes),
    ]


def image_labels(data: DataConfig) -> tuple[str, ...]:
    """None: the classes are those of pixels."""
    return ()


def tables(result: RunResult) -> list[Table]:
    """A table of classes and one of slices."""
    return [mask_table(result), mask_slices(result)]


MASKS = TaskPipeline(
    image_labels=image_labels,
    model_spec={},  # The metrics know truth and answer by their names.
    sliced_by=(SPECIES, LABEL_TEXT),
    by_class=tfma.SlicingSpec(feature_keys=[LABEL_TEXT]),
    metrics=metrics,
    tables=tables,
)
