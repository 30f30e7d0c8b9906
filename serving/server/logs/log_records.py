"""Records of a request log: requests and their answers in TF Serving's messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from tensorflow_serving.apis.model_pb2 import ModelSpec
from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog

from serving.server.protocols import tensor_protos

Arrays = Mapping[str, np.ndarray]


def name_model(name: str, version: int, signature_name: str) -> ModelSpec:
    """The model that answered."""
    spec = ModelSpec(name=name, signature_name=signature_name)
    spec.version.value = version
    return spec


def write_predict(
    spec: ModelSpec, inputs: Arrays, outputs: Arrays, only: Sequence[str]
) -> PredictionLog:
    """The record of a Predict request. `only` are the outputs that it asked for; none: all."""
    record = PredictionLog()
    predict = record.predict_log
    for message in (record.log_metadata, predict.request, predict.response):
        message.model_spec.CopyFrom(spec)
    predict.request.output_filter.extend(only)
    for name, array in inputs.items():
        tensor_protos.write(predict.request.inputs[name], array, as_content=True)
    for name, array in outputs.items():
        tensor_protos.write(predict.response.outputs[name], array, as_content=True)
    return record
