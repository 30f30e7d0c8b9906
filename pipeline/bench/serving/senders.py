"""The ways to ask for the class of an image: from its file's bytes to the probabilities.

Each does all that its client does for a request. Imports no TensorFlow: clients run in processes.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import httpx
import numpy as np
from PIL import Image

from pipeline.bench.serving.server_process import ServerProcess
from serving.client.over_grpc import messages, tensors
from serving.client.over_grpc import wire as grpc_wire
from serving.client.over_grpc.api import PREDICT, Call, GrpcApi
from serving.client.over_rest.api import RestApi
from serving.client.over_rest.wire import RestWire
from serving.client.routes import ModelVersion

FLOATS, IN_BASE64 = "REST, floats (the tutorial's client)", "REST, base64"
PIXELS, ENCODED = "gRPC, pixels", "gRPC, encoded"
BY_PIXELS = "predict_pixels"  # The signature.
NEWEST = ModelVersion()
SECONDS = 300.0  # Timeout: a machine may be busy.

Send = Callable[[], int]  # Asks once, and returns the bytes of the request and its answer.


@dataclass(frozen=True)
class Sender:
    """One way to ask. `open` makes a connection of its own, for one client."""

    name: str
    open: Callable[[ServerProcess], Send]
    images: int = 1  # In one request.


def make_senders(model: str, encoded: bytes) -> list[Sender]:
    """The ways to ask a model about one image, an encoded file."""
    return [
        Sender(FLOATS, partial(_open_floats, model, encoded)),
        Sender(IN_BASE64, partial(_open_base64, model, encoded)),
        Sender(PIXELS, partial(_open_pixels, model, encoded)),
        Sender(ENCODED, partial(_open_encoded, model, [encoded])),
    ]


def make_batch_sender(model: str, encoded: bytes, images: int) -> Sender:
    """The last way, with several images in a request."""
    return Sender(name_batch(images), partial(_open_encoded, model, [encoded] * images), images)


def name_batch(images: int) -> str:
    """The name of the way with several images."""
    return f"{ENCODED}, {images} at once"


def _open_floats(model: str, encoded: bytes, server: ServerProcess) -> Send:
    """As the tutorial: float32 pixels as nested lists, and a connection for each request."""
    url = f"{server.rest}/v1/models/{model}:predict"

    def send() -> int:
        instances = _decode(encoded).tolist()
        body = json.dumps({"signature_name": BY_PIXELS, "instances": instances}).encode()
        answer = httpx.post(url, content=body, timeout=SECONDS, trust_env=False)
        answer.raise_for_status()
        json.loads(answer.text)["predictions"]
        return len(body) + len(answer.content)

    return send


def _open_base64(model: str, encoded: bytes, server: ServerProcess) -> Send:
    api, wire = RestApi(model), RestWire(server.rest, None)

    def send() -> int:
        call = api.predict([encoded], NEWEST)
        reply = wire.send(call, SECONDS)
        api.read_outputs(reply)
        return len(call.body or b"") + len(json.dumps(reply))

    return send


def _open_pixels(model: str, encoded: bytes, server: ServerProcess) -> Send:
    def make_call() -> Call:
        request = messages.PredictRequest()
        request.model_spec.name, request.model_spec.signature_name = model, BY_PIXELS
        request.inputs.add(key="pixels", value=tensors.write_array(_decode(encoded)))
        return Call(PREDICT, request, messages.PredictResponse.FromString)

    return _open_grpc(model, make_call, server)


def _open_encoded(model: str, images: Sequence[bytes], server: ServerProcess) -> Send:
    return _open_grpc(model, lambda: GrpcApi(model).predict(images, NEWEST), server)


def _open_grpc(model: str, make_call: Callable[[], Call], server: ServerProcess) -> Send:
    api, wire = GrpcApi(model), grpc_wire.GrpcWire(server.grpc, None)

    def send() -> int:
        call = make_call()
        reply: Any = wire.send(call, SECONDS)
        api.read_outputs(reply)
        return call.request.ByteSize() + reply.ByteSize()

    return send


def _decode(encoded: bytes) -> np.ndarray:
    """A batch of one image: pixels [1, H, W, 3] float32 in [0, 255]."""
    with Image.open(io.BytesIO(encoded)) as image:
        return np.asarray(image.convert("RGB"), np.float32)[np.newaxis]
