"""Warm-up records: real requests that a version answers before it becomes available.

TF Serving reads the same file: https://www.tensorflow.org/tfx/serving/saved_model_warmup.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import tensorflow as tf
from tensorflow_serving.apis import prediction_log_pb2

from serving.server.models import examples
from serving.server.models.servable import Servable

RECORDS = "assets.extra/tf_serving_warmup_requests"
MAX_RECORDS = 1000  # As in TF Serving.

log = logging.getLogger(__name__)


def warm_up(servable: Servable, folder: Path) -> int:
    """Answers the requests in the version's folder; returns their number.

    Raises RequestError if the model cannot answer them.
    """
    if not (folder / RECORDS).exists():
        return 0
    answered = 0
    for record in tf.data.TFRecordDataset(str(folder / RECORDS)).take(MAX_RECORDS):
        recorded = prediction_log_pb2.PredictionLog.FromString(record.numpy())
        kind = recorded.WhichOneof("log_type")
        if kind in ANSWERS:
            ANSWERS[kind](servable, getattr(recorded, kind).request)
            answered += 1
        else:
            log.warning("%s: a record of the kind %s is not used for the warm-up", folder, kind)
    return answered


def _predict(servable: Servable, request: Any) -> None:
    signature = servable.find_signature(request.model_spec.signature_name)
    signature({name: tf.make_ndarray(tensor) for name, tensor in request.inputs.items()})


def _classify(servable: Servable, request: Any) -> None:
    name = request.model_spec.signature_name
    examples.classify(servable, name, examples.read_input(request.input))


def _regress(servable: Servable, request: Any) -> None:
    name = request.model_spec.signature_name
    examples.regress(servable, name, examples.read_input(request.input))


def _infer(servable: Servable, request: Any) -> None:
    tasks = [(task.model_spec.signature_name, task.method_name) for task in request.tasks]
    examples.infer(servable, tasks, examples.read_input(request.input))


ANSWERS: dict[str, Callable[[Servable, Any], None]] = {
    "predict_log": _predict,
    "classify_log": _classify,
    "regress_log": _regress,
    "multi_inference_log": _infer,
}
