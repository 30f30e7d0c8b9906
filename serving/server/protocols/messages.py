"""TF Serving's messages from and to what the handlers take and return."""

from __future__ import annotations

from typing import Any

import grpc
from tensorflow_serving.apis import classification_pb2, get_model_status_pb2, regression_pb2
from tensorflow_serving.apis.model_pb2 import ModelSpec as SpecMessage

from serving.server.handlers import ModelSpec
from serving.server.models.examples import Classes, Values
from serving.server.models.model_versions import VersionStatus
from serving.server.models.signature import DEFAULT_SIGNATURE
from serving.server.request_errors import BadInput


def read_spec(request: Any) -> ModelSpec:
    """The model, version or label and signature that a request names. Raises BadInput."""
    if not request.HasField("model_spec"):
        raise BadInput("Missing ModelSpec")
    spec = request.model_spec
    version = spec.version.value if spec.HasField("version") else None
    return ModelSpec(
        spec.name, version, spec.signature_name or DEFAULT_SIGNATURE, spec.version_label
    )


def write_spec(spec: ModelSpec) -> SpecMessage:
    """The model, version and signature that gave an answer."""
    message = SpecMessage(name=spec.name, signature_name=spec.signature_name)
    message.version.value = spec.version
    return message


def write_classes(rows: Classes) -> classification_pb2.ClassificationResult:
    """The classes of each example."""
    result = classification_pb2.ClassificationResult()
    for row in rows:
        classes = result.classifications.add().classes
        for label, score in row:
            classes.add(label=label.decode("utf-8", "replace"), score=score)
    return result


def write_values(values: Values) -> regression_pb2.RegressionResult:
    """The value of each example."""
    return regression_pb2.RegressionResult(
        regressions=[regression_pb2.Regression(value=value) for value in values]
    )


def write_status(status: VersionStatus) -> get_model_status_pb2.ModelVersionStatus:
    """The state of a version; an error has the code UNKNOWN."""
    message = get_model_status_pb2.ModelVersionStatus(version=status.version, state=status.state)
    message.status.error_code = grpc.StatusCode.OK.value[0]
    if status.error:
        message.status.error_code = grpc.StatusCode.UNKNOWN.value[0]
        message.status.error_message = status.error
    return message
