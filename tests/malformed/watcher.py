"""A client that behaves: it sends a small image over both protocols, again and again."""

from __future__ import annotations

import base64
import threading
import time
from contextlib import ExitStack

import grpc
import httpx
import tensorflow as tf
from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc

from tests.fakes import saved_models

PAUSE_SECONDS = 0.02
TIMEOUT_SECONDS = 30.0
IMAGE = saved_models.draw("red")
BODY = {"instances": [{"b64": base64.b64encode(IMAGE).decode()}]}


class Watcher:
    """Inside `with`, asks in threads; then `longest` is the seconds of the slowest answer."""

    def __init__(self, server) -> None:
        self._server = server
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=ask) for ask in (self._ask_rest, self._ask_grpc)]
        self.answers = 0
        self.longest = 0.0
        self.failures: list[str] = []

    def __enter__(self) -> Watcher:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join()
        print(f"\n{self.answers} answers, the slowest after {self.longest:.3f} s")

    def _ask_rest(self) -> None:
        url = f"http://127.0.0.1:{self._server.rest_port}/v1/models/colours:predict"
        with httpx.Client(timeout=TIMEOUT_SECONDS) as client:
            self._repeat(lambda: client.post(url, json=BODY).raise_for_status())

    def _ask_grpc(self) -> None:
        request = predict_pb2.PredictRequest()
        request.model_spec.name = "colours"
        request.inputs["image_bytes"].CopyFrom(tf.make_tensor_proto([IMAGE]))
        with ExitStack() as stack:
            channel = stack.enter_context(
                grpc.insecure_channel(f"127.0.0.1:{self._server.grpc_port}")
            )
            stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
            self._repeat(lambda: stub.Predict(request, TIMEOUT_SECONDS))

    def _repeat(self, ask) -> None:
        while True:
            start = time.perf_counter()
            try:
                ask()
            except (httpx.HTTPError, grpc.RpcError) as error:
                self.failures.append(repr(error))
            self.longest = max(self.longest, time.perf_counter() - start)
            self.answers += 1
            if self._stopping.wait(PAUSE_SECONDS):
                return
