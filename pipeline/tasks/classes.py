"""What TFMA measures of a classifier."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from tensorflow_model_analysis.proto import config_pb2

from components.metrics.calibration import CALIBRATION_ERROR, CalibrationError
from components.metrics.classes import ClassPrecisionRecall
from pipeline.tasks.metric_config import configure_metric
from pipeline.tasks.tables import make_class_table
from pipeline.tasks.task import TaskPipeline
from serving import overlay
from serving.drawing.sheets import Tile
from serving.terminal import Table
from trainer.config import DataConfig, Experiment
from trainer.data.records import LABEL_TEXT

if TYPE_CHECKING:
    from pipeline.local.results import RunResult

# The metrics that a threshold may use, besides "calibration_error": TFMA's class and its options.
METRICS: dict[str, tuple[str, dict[str, Any]]] = {
    "accuracy": ("SparseCategoricalAccuracy", {}),
    "top_2_accuracy": ("SparseTopKCategoricalAccuracy", {"k": 2}),
}


def make_metrics(experiment: Experiment) -> list[config_pb2.MetricConfig]:
    """Accuracies, confusion matrix, calibration error, and precision and recall of each class."""
    classes = len(experiment.data.classes)
    confusion = json.dumps({"name": "confusion", "thresholds": [0.0]})
    return [
        config_pb2.MetricConfig(class_name="ExampleCount"),
        *(
            config_pb2.MetricConfig(class_name=kind, config=json.dumps({"name": name, **options}))
            for name, (kind, options) in METRICS.items()
        ),
        config_pb2.MetricConfig(class_name="MultiClassConfusionMatrixPlot", config=confusion),
        configure_metric(ClassPrecisionRecall, "class_precision_recall", num_classes=classes),
        configure_metric(CalibrationError, CALIBRATION_ERROR),
    ]


def list_image_labels(data: DataConfig) -> tuple[str, ...]:
    """The classes: each image belongs to one."""
    return data.classes


def make_tables(result: RunResult) -> list[Table]:
    """One table, with a row for each class and rows for all images."""
    return [make_class_table(result)]


def draw_target(
    pixels: NDArray[np.uint8], target: NDArray[np.float32], labels: Sequence[str]
) -> Tile:
    """The image, and the names of the classes of its target [C] with their shares."""
    names = overlay.number_names(labels)
    parts = [(names[n], float(target[n])) for n in np.argsort(-target) if target[n] > 0]
    whole = len(parts) == 1
    text = ", ".join(name if whole else f"{name} {share:.2f}" for name, share in parts)
    return Tile(Image.fromarray(pixels), text)


CLASSES = TaskPipeline(
    image_labels=list_image_labels,
    # Labels are strings; TFMA maps them to numbers by the model's output `all_classes`.
    model_spec={"prediction_key": "probabilities", "label_key": LABEL_TEXT},
    sliced_by=(LABEL_TEXT,),
    by_class=config_pb2.SlicingSpec(feature_keys=[LABEL_TEXT]),
    metrics=make_metrics,
    tables=make_tables,
    draw_target=draw_target,
)
