"""What TFMA measures of a segmenter, on the images' own pixels."""

from __future__ import annotations

from typing import Any

import tensorflow_model_analysis as tfma

from components.metrics.masks import IOU, MEAN_IOU, PIXEL_ACCURACY, ClassIoU, MeanIoU, PixelAccuracy
from pipeline.tasks.metric_config import own_metric
from trainer.data.records import LABEL_TEXT, SPECIES

SLICED_BY = (SPECIES, LABEL_TEXT)
BY_CLASS = tfma.SlicingSpec(feature_keys=[LABEL_TEXT])
SPEC: dict[str, Any] = {}  # The metrics know truth and answer by their names.
METRICS = {MEAN_IOU: MeanIoU, PIXEL_ACCURACY: PixelAccuracy}  # What a threshold may name.


def metrics(classes: int) -> list[tfma.MetricConfig]:
    """How many images, mean IoU, pixel accuracy, and each class's IoU."""
    return [
        tfma.MetricConfig(class_name="ExampleCount"),
        *(own_metric(kind, name, classes) for name, kind in METRICS.items()),
        own_metric(ClassIoU, IOU, classes),
    ]
