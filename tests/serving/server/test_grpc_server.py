"""TF Serving's gRPC services, asked with its own messages."""

import grpc
import pytest
import tensorflow as tf
from tensorflow_serving.apis import (
    get_model_metadata_pb2,
    get_model_status_pb2,
    model_service_pb2_grpc,
    predict_pb2,
    prediction_service_pb2_grpc,
)

from serving.client.over_grpc.wire import OPTIONS
from tests.fakes import saved_models


@pytest.fixture(scope="module")
def channel(tmp_path_factory):
    root = tmp_path_factory.mktemp("served")
    saved_models.publish(root / "colours", 7)
    with (
        saved_models.served(root) as server,
        grpc.insecure_channel(f"localhost:{server.grpc_port}", options=OPTIONS) as channel,
    ):
        yield channel


def predict(channel, *, name="colours", version=None, signature="", only=(), **inputs):
    request = predict_pb2.PredictRequest(output_filter=only)
    request.model_spec.name = name
    request.model_spec.signature_name = signature
    if version is not None:
        request.model_spec.version.value = version
    for key, value in inputs.items():
        request.inputs[key].CopyFrom(tf.make_tensor_proto(value))
    return prediction_service_pb2_grpc.PredictionServiceStub(channel).Predict(request, timeout=30)


def test_the_response_names_the_version_and_signature_that_answered(channel):
    response = predict(channel, image_bytes=[saved_models.draw("green")])

    assert response.model_spec.version.value == 7
    assert response.model_spec.signature_name == "serving_default"
    assert sorted(response.outputs) == ["label", "labels", "probabilities"]
    assert list(response.outputs["label"].string_val) == [b"green"]


def test_the_output_filter_chooses_outputs(channel):
    response = predict(channel, only=["label"], image_bytes=[saved_models.draw("green")])

    assert list(response.outputs) == ["label"]


def test_a_response_over_four_megabytes_passes(channel):
    response = predict(channel, signature="zeros", length=[2_000_000])

    assert response.ByteSize() > 7_000_000


def test_a_request_over_four_megabytes_passes(channel):
    response = predict(channel, signature="echo", image_bytes=[bytes(6_000_000)])

    assert response.ByteSize() > 5_000_000


@pytest.mark.parametrize(
    ("request_", "code", "named"),
    [
        pytest.param({"name": "roses"}, "NOT_FOUND", "roses", id="model"),
        pytest.param({"version": 8}, "NOT_FOUND", "colours, 8", id="version"),
        pytest.param({"name": ""}, "INVALID_ARGUMENT", "model_spec.name", id="no-name"),
        pytest.param({"signature": "segment"}, "INVALID_ARGUMENT", '"segment"', id="signature"),
        pytest.param({"image_bytes": [b"?"]}, "INVALID_ARGUMENT", "image file", id="no-image"),
        pytest.param({"image_bytes": [1.5]}, "INVALID_ARGUMENT", "'image_bytes'", id="type"),
        pytest.param({"only": ["mask"]}, "INVALID_ARGUMENT", "'mask'", id="output"),
    ],
)
def test_each_wrong_request_gets_the_code_of_its_cause(channel, request_, code, named):
    request_ = {"image_bytes": [saved_models.draw("red")], **request_}

    with pytest.raises(grpc.RpcError, match=named) as refused:
        predict(channel, **request_)

    assert refused.value.code().name == code


def test_the_message_about_a_wrong_type(channel):
    with pytest.raises(grpc.RpcError) as refused:
        predict(channel, image_bytes=[1.5])

    assert refused.value.details() == "Input 'image_bytes' is float32: send string."


def test_the_metadata_contain_the_inputs_of_each_signature(channel):
    request = get_model_metadata_pb2.GetModelMetadataRequest(metadata_field=["signature_def"])
    request.model_spec.name = "colours"
    stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)

    response = stub.GetModelMetadata(request, timeout=30)
    signatures = get_model_metadata_pb2.SignatureDefMap()
    response.metadata["signature_def"].Unpack(signatures)

    assert response.model_spec.version.value == 7
    assert list(signatures.signature_def["serving_default"].inputs) == ["image_bytes"]


def test_the_status_contains_the_state_of_each_version(channel):
    request = get_model_status_pb2.GetModelStatusRequest()
    request.model_spec.name = "colours"
    stub = model_service_pb2_grpc.ModelServiceStub(channel)

    (status,) = stub.GetModelStatus(request, timeout=30).model_version_status

    assert (status.version, status.state) == (7, get_model_status_pb2.ModelVersionStatus.AVAILABLE)
    assert status.status.error_code == 0
