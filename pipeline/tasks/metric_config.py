"""Makes TFMA's configuration of a metric."""

from __future__ import annotations

import json
from typing import Any

import tensorflow_model_analysis as tfma


def configure_metric(kind: type, name: str, **options: Any) -> tfma.MetricConfig:
    """The configuration of one of the project's metrics, with the options of its class."""
    return tfma.MetricConfig(
        module=kind.__module__,
        class_name=kind.__name__,
        config=json.dumps({"name": name, **options}),
    )
