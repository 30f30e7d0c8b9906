"""https://www.tensorflow.org/tfx/serving/serving_config: its configurations, and what they mean."""

import grpc
import pytest
from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc


@pytest.mark.parametrize(("label", "version", "y"), [("stable", 42, 2.5), ("canary", 43, 3.5)])
def test_assigning_string_labels_to_model_versions(server, http, label, version, y):
    request = predict_pb2.PredictRequest()
    request.model_spec.name = "my_first_model"
    request.model_spec.version_label = label
    request.inputs["x"].dtype = 1
    request.inputs["x"].tensor_shape.dim.add(size=1)
    request.inputs["x"].float_val.append(1.0)
    with grpc.insecure_channel(f"localhost:{server.grpc_port}") as channel:
        stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
        response = stub.Predict(request, timeout=60)

    assert response.model_spec.version.value == version
    assert list(response.outputs["y"].float_val) == [y]


def test_monitoring_configuration(server, http):
    http.post("/half_plus_two:predict", content='{"instances": [1.0]}')

    page = http.get(f"http://localhost:{server.rest_port}/monitoring/prometheus/metrics").text

    assert ':tensorflow:serving:request_count{model_name="half_plus_two",status="OK"} ' in page
