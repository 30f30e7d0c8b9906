"""Makes TFMA's configuration of a metric."""

from __future__ import annotations

import json
from typing import Any

from tensorflow_model_analysis.proto import config_pb2


def configure_metric(kind: type, name: str, **options: Any) -> config_pb2.MetricConfig:
    """The configuration of one of the project's metrics, with the options of its class."""
    return config_pb2.MetricConfig(
        module=kind.__module__,
        class_name=kind.__name__,
        config=json.dumps({"name": name, **options}),
    )
