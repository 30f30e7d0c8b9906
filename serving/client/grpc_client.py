"""The client over TF Serving's gRPC interface. Imports TensorFlow, for its messages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import grpc
import tensorflow as tf
from tensorflow_serving.apis import (
    get_model_status_pb2,
    model_service_pb2_grpc,
    predict_pb2,
    prediction_service_pb2_grpc,
)

from serving.client.answers import Outputs
from serving.client.base import Client, VersionStatus
from serving.client.errors import (
    RequestRejected,
    ServerFailed,
    ServerNotReady,
    ServerUnavailable,
)
from serving.client.loopback import is_loopback

OPTIONS = [
    ("grpc.max_send_message_length", -1),
    ("grpc.max_receive_message_length", -1),  # Default 4 MB: less than one large mask.
    ("grpc.initial_reconnect_backoff_ms", 100),  # Default 1 s, in which retries are not sent.
]
NO_PROXY = [("grpc.enable_http_proxy", 0)]
REJECTED = {
    grpc.StatusCode.INVALID_ARGUMENT,
    grpc.StatusCode.NOT_FOUND,
    grpc.StatusCode.FAILED_PRECONDITION,
    grpc.StatusCode.OUT_OF_RANGE,
    grpc.StatusCode.UNIMPLEMENTED,
    grpc.StatusCode.PERMISSION_DENIED,
    grpc.StatusCode.UNAUTHENTICATED,
}

NOT_READY = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.RESOURCE_EXHAUSTED)
NO_ANSWER = (  # What gRPC itself reports about connections.
    "failed to connect",
    "connections to all backends failing",
    "DNS resolution failed",
    "Connection reset",
    "Socket closed",
    "Broken pipe",
    "recvmsg",
    "keepalive",
    "Endpoint",
    "Stream removed",
    "Received http2 header",
    "Channel closed",
)


class GrpcClient(Client):
    """Asks HOST:PORT."""

    def __init__(
        self, target: str, model: str, *, timeout: float = 10.0, attempts: int = 3
    ) -> None:
        super().__init__(model, timeout=timeout, attempts=attempts)
        self._target = target
        direct = is_loopback(urlsplit(f"//{target}").hostname)
        options = OPTIONS + NO_PROXY if direct else OPTIONS
        self._channel = grpc.insecure_channel(target, options=options)
        self._predictions = prediction_service_pb2_grpc.PredictionServiceStub(self._channel)
        self._models = model_service_pb2_grpc.ModelServiceStub(self._channel)

    def close(self) -> None:
        """Closes the channel."""
        self._channel.close()

    def _predict(self, images: list[bytes]) -> Outputs:
        request = predict_pb2.PredictRequest()
        request.model_spec.name = self.model
        request.inputs["image_bytes"].CopyFrom(tf.make_tensor_proto(images, dtype=tf.string))
        response = self._call(self._predictions.Predict, request)
        return {name: _read_tensor(name, tensor) for name, tensor in response.outputs.items()}

    def _list_versions(self) -> list[VersionStatus]:
        request = get_model_status_pb2.GetModelStatusRequest()
        request.model_spec.name = self.model
        response = self._call(self._models.GetModelStatus, request)
        name = get_model_status_pb2.ModelVersionStatus.State.Name
        return [
            VersionStatus(found.version, name(found.state), found.status.error_message)
            for found in response.model_version_status
        ]

    def _call(self, method: Callable[..., Any], request: Any) -> Any:
        try:
            return method(request, timeout=self._timeout)
        except grpc.RpcError as error:
            text = f"{error.details()}"
            if error.code() in REJECTED:
                raise RequestRejected(text) from error
            kind = _find_kind(error.code(), text)
            raise kind(f"{self._target}: {error.code().name}: {text}") from error


def _find_kind(code: grpc.StatusCode, text: str) -> type[ServerUnavailable]:
    """Whether the server answered at all: gRPC gives its answers and its absence one code."""
    if code is grpc.StatusCode.DEADLINE_EXCEEDED or text.startswith(NO_ANSWER):
        return ServerUnavailable
    return ServerNotReady if code in NOT_READY else ServerFailed


def _read_tensor(name: str, tensor: Any) -> Any:
    array = tf.make_ndarray(tensor)
    if name.endswith("_bytes"):
        return array.tolist()
    if array.dtype.kind == "f":  # As over REST, float32 digits: 0.1, not 0.1000000015.
        return array.astype("U32").astype(float).tolist()
    return _read_text(array.tolist())


def _read_text(value: Any) -> Any:
    if isinstance(value, list):
        return [_read_text(item) for item in value]
    return value.decode("utf-8", errors="replace") if isinstance(value, bytes) else value
