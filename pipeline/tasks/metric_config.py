"""Makes TFMA's configuration of a metric, and reads its name."""

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


def read_name(config: tfma.MetricConfig) -> str:
    """The metric's name in results and thresholds; empty if it has none."""
    return json.loads(config.config or "{}").get("name", "")
