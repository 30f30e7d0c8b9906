"""gRPC requests are counted by model and code."""

from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest
from tensorflow_serving.apis import inference_pb2, predict_pb2, prediction_service_pb2_grpc

from serving.server import metrics
from serving.server.grpc_metrics import CountRequests


class Service(prediction_service_pb2_grpc.PredictionServiceServicer):
    """Answers Predict, refuses MultiInference."""

    def Predict(self, request, context):  # noqa: N802
        return predict_pb2.PredictResponse()

    def MultiInference(self, request, context):  # noqa: N802
        context.abort(grpc.StatusCode.NOT_FOUND, "no")


@pytest.fixture(scope="module")
def stub():
    server = grpc.server(ThreadPoolExecutor(1), interceptors=[CountRequests()])
    prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(Service(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield prediction_service_pb2_grpc.PredictionServiceStub(channel)
    server.stop(None).wait()


def test_an_answer_is_counted_and_measured(stub):
    request = predict_pb2.PredictRequest()
    request.model_spec.name = "answered"
    stub.Predict(request)

    assert metrics.REQUEST_COUNT.read("answered", "OK") == 1
    assert 'request_latency_count{model_name="answered",API="Predict",' in metrics.write_page()


def test_a_refusal_is_counted_with_its_code_and_the_model_of_the_first_task(stub):
    request = inference_pb2.MultiInferenceRequest()
    request.tasks.add().model_spec.name = "refused"
    with pytest.raises(grpc.RpcError):
        stub.MultiInference(request)

    assert metrics.REQUEST_COUNT.read("refused", "NOT_FOUND") == 1
