"""What TFMA measures of a localizer: labels, and boxes at the images' original sizes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from tensorflow_model_analysis.proto import config_pb2

from components.metrics.boxes import (
    AVERAGE_PRECISION,
    BOX_IOU,
    MEAN_AP,
    MEAN_AP_11_POINT,
    BoxIoU,
    ClassAveragePrecision,
    MeanAveragePrecision,
    MeanAveragePrecision11Point,
)
from components.metrics.calibration import CALIBRATION_ERROR, CalibrationError
from pipeline.tasks.metric_config import configure_metric
from pipeline.tasks.tables import make_box_table
from pipeline.tasks.task import TaskPipeline
from serving import overlay
from serving.client.answers import Box
from serving.drawing import boxes as drawing
from serving.drawing.sheets import Tile
from serving.terminal import Table
from trainer.config import DataConfig, Experiment
from trainer.data.records import LABEL_TEXT

if TYPE_CHECKING:
    from pipeline.local.results import RunResult

METRICS = {  # What a threshold may use, besides "accuracy" and "calibration_error".
    MEAN_AP: MeanAveragePrecision,
    MEAN_AP_11_POINT: MeanAveragePrecision11Point,
    BOX_IOU: BoxIoU,
}
COLOUR = (255, 64, 0)  # Of the boxes of a batch.
CONFUSION = '{"name": "confusion", "thresholds": [0.0]}'


def make_metrics(experiment: Experiment) -> list[config_pb2.MetricConfig]:
    """The number of images, accuracy, confusion, IoU of boxes, average precisions, calibration."""
    classes = {"num_classes": len(experiment.data.classes)}
    return [
        config_pb2.MetricConfig(class_name="ExampleCount"),
        config_pb2.MetricConfig(
            class_name="SparseCategoricalAccuracy", config='{"name": "accuracy"}'
        ),
        config_pb2.MetricConfig(class_name="MultiClassConfusionMatrixPlot", config=CONFUSION),
        *(configure_metric(kind, name, **classes) for name, kind in METRICS.items()),
        configure_metric(ClassAveragePrecision, AVERAGE_PRECISION, **classes),
        configure_metric(CalibrationError, CALIBRATION_ERROR),
    ]


def list_image_labels(data: DataConfig) -> tuple[str, ...]:
    """The classes: each image has an object of one."""
    return data.classes


def make_tables(result: RunResult) -> list[Table]:
    """One table, with a row for each class and rows for all images."""
    return [make_box_table(result)]


def draw_target(
    pixels: NDArray[np.uint8], target: NDArray[np.float32], labels: Sequence[str]
) -> Tile:
    """The image with its box on it, and its label: the target is [C + 4]."""
    image = Image.fromarray(pixels)
    classes, relative = target[: len(labels)], target[len(labels) :]
    height, width = pixels.shape[:2]
    drawing.draw(image, Box(*(relative * [height, width, height, width]).tolist()), COLOUR)
    return Tile(image, overlay.number_names(labels)[int(np.argmax(classes))])


BOXES = TaskPipeline(
    image_labels=list_image_labels,
    model_spec={"prediction_key": "probabilities", "label_key": LABEL_TEXT},
    sliced_by=(LABEL_TEXT,),
    by_class=config_pb2.SlicingSpec(feature_keys=[LABEL_TEXT]),
    metrics=make_metrics,
    tables=make_tables,
    draw_target=draw_target,
)
