"""TFMA's configuration of one metric: written, and its name read again."""

from __future__ import annotations

import json

import tensorflow_model_analysis as tfma


def own_metric(kind: type, name: str, classes: int) -> tfma.MetricConfig:
    """A metric of the project's, for so many classes."""
    return tfma.MetricConfig(
        module=kind.__module__,
        class_name=kind.__name__,
        config=json.dumps({"name": name, "num_classes": classes}),
    )


def name_of(config: tfma.MetricConfig) -> str:
    """What the metric is called in results and thresholds."""
    return json.loads(config.config or "{}").get("name", "")
