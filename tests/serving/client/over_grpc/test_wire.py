"""Calls over gRPC when the server fails or refuses."""

import grpc
import pytest
from tensorflow_serving.apis import prediction_service_pb2_grpc

from serving.client import RequestRejected, ServerFailed, ServerNotReady, connect
from tests.fakes.answering import answering
from tests.fakes.saved_models import draw


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
