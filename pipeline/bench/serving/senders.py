"""The ways to send an image. Each makes its request once, so that the clients are not the limit."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass

import grpc
import httpx
import numpy as np
import tensorflow as tf
from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc

from pipeline.bench.serving.server_process import ServerProcess

UNLIMITED = [("grpc.max_send_message_length", -1), ("grpc.max_receive_message_length", -1)]
PIXELS, ENCODED = "gRPC, pixels", "gRPC, encoded"
SECONDS = 300.0  # Timeout: a machine may be busy.

Send = Callable[[], int]  # Sends the request, waits, and returns the bytes of both messages.


@dataclass(frozen=True)
class Sender:
    """One form of request: `open` makes a connection of its own, for one thread."""

    name: str
    open: Callable[[ServerProcess], Send]
    images: int = 1  # In one request.


def make_senders(model: str, encoded: bytes, pixels: np.ndarray) -> list[Sender]:
    """The forms of a request for an image: its file, and its pixels [H, W, 3]."""
    floats = json.dumps(
        {"signature_name": "predict_pixels", "instances": pixels[np.newaxis].tolist()}
    )
    text = base64.b64encode(encoded).decode("ascii")
    in_base64 = json.dumps({"instances": [{"image_bytes": {"b64": text}}]})
    batch = pixels[np.newaxis].astype(np.float32)
    return [
        Sender("REST, floats (the tutorial's client)", _open_rest(model, floats)),
        Sender("REST, base64", _open_rest(model, in_base64)),
        Sender(PIXELS, _open_grpc(model, "predict_pixels", {"pixels": batch})),
        Sender(ENCODED, _open_encoded(model, [encoded])),
    ]


def make_batch_sender(model: str, encoded: bytes, images: int) -> Sender:
    """The last form, with several images in a request."""
    return Sender(name_batch(images), _open_encoded(model, [encoded] * images), images)


def name_batch(images: int) -> str:
    """The name of the form with several images."""
    return f"{ENCODED}, {images} at once"


def _open_encoded(model: str, images: list[bytes]) -> Callable[[ServerProcess], Send]:
    return _open_grpc(model, "serving_default", {"image_bytes": images})


def _open_rest(model: str, body: str) -> Callable[[ServerProcess], Send]:
    content = body.encode()

    def open_connection(server: ServerProcess) -> Send:
        client = httpx.Client(base_url=server.rest, timeout=SECONDS, trust_env=False)

        def send() -> int:
            answer = client.post(f"/v1/models/{model}:predict", content=content)
            answer.raise_for_status()
            return len(content) + len(answer.content)

        return send

    return open_connection


def _open_grpc(
    model: str, signature: str, inputs: dict[str, np.ndarray | list[bytes]]
) -> Callable[[ServerProcess], Send]:
    request = predict_pb2.PredictRequest()
    request.model_spec.name, request.model_spec.signature_name = model, signature
    for name, value in inputs.items():
        request.inputs[name].CopyFrom(tf.make_tensor_proto(value))

    def open_connection(server: ServerProcess) -> Send:
        own = [*UNLIMITED, ("grpc.use_local_subchannel_pool", 1)]
        channel = grpc.insecure_channel(server.grpc, options=own)
        stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
        return lambda: request.ByteSize() + stub.Predict(request, timeout=SECONDS).ByteSize()

    return open_connection
