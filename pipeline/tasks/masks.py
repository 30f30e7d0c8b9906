"""What TFMA measures of a segmenter, at the images' original sizes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from tensorflow_model_analysis.proto import config_pb2

from components.metrics.calibration import CALIBRATION_ERROR, CalibrationError
from components.metrics.masks import (
    IOU,
    MEAN_IOU,
    PIXEL_ACCURACY,
    ClassIoU,
    MeanIoU,
    PixelAccuracy,
    UnionIoU,
)
from pipeline.tasks.metric_config import configure_metric
from pipeline.tasks.tables import make_mask_table, make_slice_table
from pipeline.tasks.task import TaskPipeline
from serving import overlay
from serving.drawing.sheets import Tile
from serving.terminal import Table
from trainer.config import DataConfig, Experiment
from trainer.data.records import IGNORED, LABEL_TEXT, SPECIES

if TYPE_CHECKING:
    from pipeline.local.results import RunResult

METRICS = {MEAN_IOU: MeanIoU, PIXEL_ACCURACY: PixelAccuracy}  # Of every threshold.


def make_metrics(experiment: Experiment) -> list[config_pb2.MetricConfig]:
    """The number of images, mean IoU, pixel accuracy, and the IoU of each class and union.

    The calibration error of pixels too, if the model returns their probabilities.
    """
    names = experiment.data.classes
    classes = {"num_classes": len(names)}
    return [
        config_pb2.MetricConfig(class_name="ExampleCount"),
        *(configure_metric(kind, name, **classes) for name, kind in METRICS.items()),
        configure_metric(ClassIoU, IOU, **classes),
        *(
            configure_metric(UnionIoU, union.metric, union=list(map(names.index, union.classes)))
            for union in experiment.unions
        ),
        *(
            [configure_metric(CalibrationError, CALIBRATION_ERROR)]
            if experiment.serve.confidence
            else []
        ),
    ]


def list_image_labels(data: DataConfig) -> tuple[str, ...]:
    """None: pixels have classes, images do not."""
    return ()


def make_tables(result: RunResult) -> list[Table]:
    """A table of classes and a table of slices."""
    return [make_mask_table(result), make_slice_table(result)]


def draw_target(
    pixels: NDArray[np.uint8], target: NDArray[np.uint8], labels: Sequence[str]
) -> Tile:
    """The image with its mask [H, W, 1] over it; pixels that are not counted keep the image's."""
    image, mask = Image.fromarray(pixels), target[..., 0]
    counted = Image.fromarray(np.where(mask == IGNORED, 0, 255).astype(np.uint8))
    image.paste(overlay.blend(image, mask), mask=counted)
    return Tile(image)


MASKS = TaskPipeline(
    image_labels=list_image_labels,
    model_spec={},  # The metrics find labels and predictions by name.
    sliced_by=(SPECIES, LABEL_TEXT),
    by_class=config_pb2.SlicingSpec(feature_keys=[LABEL_TEXT]),
    metrics=make_metrics,
    tables=make_tables,
    draw_target=draw_target,
    has_legend=True,
)
