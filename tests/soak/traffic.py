"""Clients that ask without a pause and without retries, and what became of their requests."""

from __future__ import annotations

import base64
import threading
from collections import Counter, deque
from contextlib import contextmanager
from itertools import cycle

import grpc
import httpx
import tensorflow as tf
from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc

LABELS = ("stable", "canary", "")  # The last asks for the newest version.
SECONDS = 300.0  # Timeout of a request.
KEPT = 20  # Failures that are named.


class Traffic:
    """Half of the clients ask over gRPC, the others over REST; each has a connection of its own."""

    def __init__(self, server, model, image):
        self.answered = Counter()  # By protocol.
        self.failures = deque(maxlen=KEPT)
        self._server, self._model, self._image = server, model, image
        self._ended = threading.Event()

    @contextmanager
    def run(self, clients):
        """Asks until the end of the block."""
        asks = [(self._ask_over_grpc, self._ask_over_rest)[n % 2] for n in range(clients)]
        threads = [threading.Thread(target=self._repeat, args=(ask,)) for ask in asks]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._ended.set()
            for thread in threads:
                thread.join()

    def _repeat(self, connect):
        protocol, ask = connect()
        for label in cycle(LABELS):
            if self._ended.is_set():
                return
            try:
                ask(label)
                self.answered[protocol] += 1
            except (grpc.RpcError, httpx.HTTPError) as error:
                self.failures.append(f"{protocol} {label}: {error}")

    def _ask_over_grpc(self):
        own = [("grpc.use_local_subchannel_pool", 1)]
        channel = grpc.insecure_channel(self._server.grpc, options=own)
        stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)

        def ask(label):
            request = predict_pb2.PredictRequest()
            request.model_spec.name, request.model_spec.version_label = self._model, label
            request.inputs["image_bytes"].CopyFrom(tf.make_tensor_proto([self._image]))
            stub.Predict(request, timeout=SECONDS)

        return "gRPC", ask

    def _ask_over_rest(self):
        client = httpx.Client(base_url=self._server.rest, timeout=SECONDS, trust_env=False)
        encoded = base64.b64encode(self._image).decode()
        body = {"instances": [{"image_bytes": {"b64": encoded}}]}

        def ask(label):
            place = f"/labels/{label}" if label else ""
            path = f"/v1/models/{self._model}{place}:predict"
            client.post(path, json=body).raise_for_status()

        return "REST", ask
