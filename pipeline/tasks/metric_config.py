"""Makes TFMA's configuration of a metric."""

from __future__ import annotations

import json

import tensorflow_model_analysis as tfma


def configure_metric(kind: type, name: str, classes: int) -> tfma.MetricConfig:
    """The configuration of one of the project's metrics, for this number of classes."""
    return tfma.MetricConfig(
        module=kind.__module__,
        class_name=kind.__name__,
        config=json.dumps({"name": name, "num_classes": classes}),
    )
