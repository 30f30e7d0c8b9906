"""Calls over gRPC when the server fails or refuses."""

import time

import grpc
import pytest
from tensorflow_serving.apis import prediction_service_pb2_grpc

from serving.client import RequestRejected, ServerFailed, ServerNotReady, connect
from serving.client.over_grpc.api import GrpcApi
from serving.client.over_grpc.wire import GrpcWire
from serving.client.routes import ModelVersion
from tests.fakes.saved_models import draw
from tests.fakes.serving.answering import Recorder, answering


class Failing(prediction_service_pb2_grpc.PredictionServiceServicer):
    """Fails with the next of the codes at each call."""

    def __init__(self, *codes):
        self.codes = list(codes)

    def Predict(self, request, context):  # noqa: N802
        context.abort(self.codes.pop(0), "on purpose")


def classify_with(servicer, **options):
    with (
        answering(servicer) as port,
        connect(f"grpc://127.0.0.1:{port}", "colours", **options) as client,
    ):
        return client.classify([draw("red")])


def test_a_server_that_is_not_ready_is_retried_as_often_as_configured():
    servicer = Failing(*[grpc.StatusCode.UNAVAILABLE] * 5)

    with pytest.raises(ServerNotReady, match="UNAVAILABLE: on purpose"):
        classify_with(servicer, attempts=2)

    assert len(servicer.codes) == 3


def test_the_servers_of_one_name_are_asked_in_turn():
    one, other = Recorder(), Recorder()
    call = GrpcApi("colours").predict([draw("red")], ModelVersion())

    with answering(one) as port, answering(other) as other_port:
        wire = GrpcWire(f"ipv4:127.0.0.1:{port},127.0.0.1:{other_port}", None)
        until_both_connected = time.monotonic() + 30
        while not (one.requests and other.requests) and time.monotonic() < until_both_connected:
            wire.send(call, 10)
        wire.close()

    assert one.requests
    assert other.requests


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (grpc.StatusCode.INVALID_ARGUMENT, RequestRejected),
        (grpc.StatusCode.UNIMPLEMENTED, RequestRejected),
        (grpc.StatusCode.INTERNAL, ServerFailed),
    ],
)
def test_a_refusal_and_a_failure_are_not_retried_and_keep_the_servers_text(code, error):
    servicer = Failing(*[code] * 5)

    with pytest.raises(error, match="on purpose"):
        classify_with(servicer)

    assert len(servicer.codes) == 4
