"""A gRPC server that records TF Serving's own request messages and answers as a classifier."""

from __future__ import annotations

from concurrent import futures
from contextlib import contextmanager

import grpc
import tensorflow as tf
from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc


class Recorder(prediction_service_pb2_grpc.PredictionServiceServicer):
    """Calls every image red; `requests` are those that it received."""

    def __init__(self):
        self.requests = []

    def Predict(self, request, context):  # noqa: N802
        self.requests.append(request)
        images = len(request.inputs["image_bytes"].string_val)
        response = predict_pb2.PredictResponse(model_spec=request.model_spec)
        for name, value in {
            "label": ["red"] * images,
            "labels": [["red", "blue"]] * images,
            "probabilities": [[0.75, 0.25]] * images,
        }.items():
            response.outputs[name].CopyFrom(tf.make_tensor_proto(value))
        return response


@contextmanager
def answering(servicer, credentials=None):
    """The port of a server, encrypted if there are credentials."""
    server = grpc.server(futures.ThreadPoolExecutor(8))
    prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(servicer, server)
    if credentials:
        port = server.add_secure_port("127.0.0.1:0", credentials)
    else:
        port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield port
    finally:
        server.stop(0).wait()
