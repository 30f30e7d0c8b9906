"""TF Serving's gRPC services, asked with its own messages."""

import grpc
import pytest
import tensorflow as tf
from grpc_health.v1 import health_pb2, health_pb2_grpc
from tensorflow_serving.apis import (
    get_model_metadata_pb2,
    get_model_status_pb2,
    model_service_pb2_grpc,
    predict_pb2,
    prediction_service_pb2_grpc,
)

from serving.client.over_grpc.wire import OPTIONS
from tests.fakes import saved_models
from tests.fakes.image_files import png_header


@pytest.fixture(scope="module")
def channel(tmp_path_factory):
    root = tmp_path_factory.mktemp("served")
    saved_models.publish(root / "colours", 7)
    with (
        saved_models.served(root) as server,
        grpc.insecure_channel(f"localhost:{server.grpc_port}", options=OPTIONS) as channel,
    ):
        yield channel


def predict(channel, *, name="colours", version=None, label="", signature="", only=(), **inputs):
    request = predict_pb2.PredictRequest(output_filter=only)
    request.model_spec.name = name
    request.model_spec.signature_name = signature
    if version is not None:
        request.model_spec.version.value = version
    if label:
        request.model_spec.version_label = label
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
        pytest.param({"label": "stable"}, "INVALID_ARGUMENT", "version label: stable", id="label"),
        pytest.param({"version": 8}, "NOT_FOUND", "colours, 8", id="version"),
        pytest.param({"name": ""}, "INVALID_ARGUMENT", "no name specified", id="no-name"),
        pytest.param({"signature": "segment"}, "FAILED_PRECONDITION", "segment", id="signature"),
        pytest.param({"image_bytes": [b"?"]}, "INVALID_ARGUMENT", "image file", id="no-image"),
        pytest.param({"image_bytes": [1.5]}, "INVALID_ARGUMENT", "expect string", id="type"),
        pytest.param({"only": ["mask"]}, "INVALID_ARGUMENT", "mask", id="output"),
    ],
)
def test_each_wrong_request_gets_the_code_of_its_cause(channel, request_, code, named):
    request_ = {"image_bytes": [saved_models.draw("red")], **request_}

    with pytest.raises(grpc.RpcError, match=named) as refused:
        predict(channel, **request_)

    assert refused.value.code().name == code


@pytest.mark.parametrize(
    ("dtype", "sizes", "problem"),
    [
        pytest.param(99, [1], "99 is not a type", id="type-number"),
        pytest.param(1, [10**7, 10**6], "send smaller tensors", id="ten-to-the-thirteen"),
        pytest.param(1, [2**62, 2**62], "send smaller tensors", id="beyond-int64"),
        pytest.param(1, [-1], "its shape is not known", id="negative"),
    ],
)
def test_tensors_that_cannot_be_arrays_are_refused_before_memory_is_taken(
    channel, dtype, sizes, problem
):
    request = predict_pb2.PredictRequest()
    request.model_spec.name = "colours"
    request.inputs["image_bytes"].dtype = dtype
    for size in sizes:
        request.inputs["image_bytes"].tensor_shape.dim.add(size=size)

    with pytest.raises(grpc.RpcError, match=problem) as refused:
        prediction_service_pb2_grpc.PredictionServiceStub(channel).Predict(request, timeout=30)

    assert refused.value.code().name == "INVALID_ARGUMENT"
    assert "tensor parsing error" in refused.value.details()


def test_an_image_whose_header_promises_too_many_pixels_is_refused(channel):
    with pytest.raises(grpc.RpcError, match="send smaller images") as refused:
        predict(channel, image_bytes=[png_header(10**9, 1000)])

    assert refused.value.code().name == "INVALID_ARGUMENT"


def test_values_are_in_the_field_of_their_type(channel):
    response = predict(channel, image_bytes=[saved_models.draw("green")])

    assert len(response.outputs["probabilities"].float_val) == 3


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


def test_the_health_service_reports_that_it_serves(channel):
    request = health_pb2.HealthCheckRequest(service="PredictionService")

    response = health_pb2_grpc.HealthStub(channel).Check(request, timeout=30)

    assert response.status == health_pb2.HealthCheckResponse.SERVING
