"""Warm-up records: real requests that a version answers before it becomes available.

TF Serving reads the same file: https://www.tensorflow.org/tfx/serving/saved_model_warmup.
"""

from __future__ import annotations

from pathlib import Path

import tensorflow as tf
from tensorflow_serving.apis import predict_pb2, prediction_log_pb2

from serving.server.servable import DEFAULT_SIGNATURE, Servable

RECORDS = "assets.extra/tf_serving_warmup_requests"
MAX_RECORDS = 1000  # As in TF Serving.


def warm_up(servable: Servable, folder: Path) -> int:
    """Answers the Predict requests in the version's folder; returns their number.

    Raises BadInput or ModelFailed if the model cannot answer them.
    """
    if not (folder / RECORDS).exists():
        return 0
    records = tf.data.TFRecordDataset(str(folder / RECORDS)).take(MAX_RECORDS)
    logs = [prediction_log_pb2.PredictionLog.FromString(record.numpy()) for record in records]
    requests = [log.predict_log.request for log in logs if log.HasField("predict_log")]
    for request in requests:
        _answer(servable, request)
    return len(requests)


def _answer(servable: Servable, request: predict_pb2.PredictRequest) -> None:
    signature = servable.find_signature(request.model_spec.signature_name or DEFAULT_SIGNATURE)
    signature({name: tf.make_ndarray(tensor) for name, tensor in request.inputs.items()})
