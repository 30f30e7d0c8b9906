"""The gRPC client when the server fails or refuses."""

from concurrent import futures

import grpc
import pytest
from tensorflow_serving.apis import prediction_service_pb2_grpc

from serving.client import RequestRejected, ServerUnavailable, connect
from tests.fakes.saved_models import draw


class Failing(prediction_service_pb2_grpc.PredictionServiceServicer):
    """Fails with the next of the codes at each call."""

    def __init__(self, *codes):
        self.codes = list(codes)

    def Predict(self, request, context):  # noqa: N802
        context.abort(self.codes.pop(0), "on purpose")


@pytest.fixture
def classify_with():
    """classify_with(servicer) asks one image of a server of it."""
    server = grpc.server(futures.ThreadPoolExecutor(1))
    port = server.add_insecure_port("127.0.0.1:0")

    def classify(servicer, **options):
        prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(servicer, server)
        server.start()
        with connect(f"grpc://127.0.0.1:{port}", "colours", **options) as client:
            return client.classify([draw("red")])

    yield classify
    server.stop(0).wait()


def test_a_failing_server_is_retried_as_often_as_configured(classify_with):
    servicer = Failing(*[grpc.StatusCode.UNAVAILABLE] * 5)

    with pytest.raises(ServerUnavailable, match="UNAVAILABLE: on purpose"):
        classify_with(servicer, attempts=2)

    assert len(servicer.codes) == 3


def test_a_rejected_request_is_not_retried(classify_with):
    servicer = Failing(*[grpc.StatusCode.INVALID_ARGUMENT] * 5)

    with pytest.raises(RequestRejected, match="on purpose"):
        classify_with(servicer)

    assert len(servicer.codes) == 4
