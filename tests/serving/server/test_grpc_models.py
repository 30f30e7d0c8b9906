"""The gRPC services about tf.Examples, and the change to other models, with labels."""

import time

import grpc
import pytest
from tensorflow_serving.apis import (
    classification_pb2,
    get_model_status_pb2,
    inference_pb2,
    model_management_pb2,
    model_service_pb2_grpc,
    predict_pb2,
    prediction_service_pb2_grpc,
    regression_pb2,
)

from serving.server.batching.parameters import BatchingParameters
from serving.server.local import ModelServer, ServerOptions
from serving.server.models import config
from serving.server.models.examples import CLASSIFY, REGRESS
from serving.server.models.model_versions import LoadOptions
from serving.server.protocols.grpc_ports import GrpcOptions
from tests.fakes.serving import tf1_models

LOGGER = "serving.server.grpc_server"


@pytest.fixture
def half(tmp_path):
    tf1_models.publish(tmp_path / "half", 1)
    return tmp_path / "half"


@pytest.fixture
def channel(half):
    options = ServerOptions(
        grpc=GrpcOptions(port=0), rest_port=None, load=LoadOptions(retries=0, retry_seconds=0)
    )
    with (
        ModelServer(lambda: config.name_model("half", half), options) as server,
        grpc.insecure_channel(f"localhost:{server.grpc_port}") as channel,
    ):
        yield channel


def about(kind, signature):
    request = kind()
    request.model_spec.name = "half"
    request.model_spec.signature_name = signature
    request.input.example_list.examples.append(tf1_models.example(2.0))
    return request


def reload(channel, configuration):
    request = model_management_pb2.ReloadConfigRequest(config=configuration)
    stub = model_service_pb2_grpc.ModelServiceStub(channel)
    return stub.HandleReloadConfigRequest(request, timeout=60)


def predict(channel, *, name="half", label):
    request = predict_pb2.PredictRequest()
    request.model_spec.name = name
    request.model_spec.version_label = label
    request.inputs["x"].dtype = 1
    request.inputs["x"].float_val.append(2.0)
    response = prediction_service_pb2_grpc.PredictionServiceStub(channel).Predict(request)
    return response.model_spec.version.value


def test_classes_and_values_of_examples(channel):
    stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)

    classified = stub.Classify(about(classification_pb2.ClassificationRequest, "classify"))
    regressed = stub.Regress(about(regression_pb2.RegressionRequest, "regress"))

    (best,) = classified.result.classifications[0].classes
    assert (best.label, best.score) == ("only", 3.0)
    assert regressed.result.regressions[0].value == 3.0
    assert regressed.model_spec.version.value == 1


def test_several_signatures_are_asked_about_one_example(channel):
    request = inference_pb2.MultiInferenceRequest()
    for signature, method in (("regress", REGRESS), ("scores", CLASSIFY)):
        task = request.tasks.add(method_name=method)
        task.model_spec.name, task.model_spec.signature_name = "half", signature
    request.input.example_list.examples.append(tf1_models.example(2.0))

    response = prediction_service_pb2_grpc.PredictionServiceStub(channel).MultiInference(request)

    first, second = response.results
    assert first.regression_result.regressions[0].value == 3.0
    assert second.classification_result.classifications[0].classes[0].score == 3.0


def test_labels_move_after_the_version_that_they_name_has_loaded(channel, half):
    tf1_models.publish(half, 2)
    both = config.name_model("half", half)
    both.model_config_list.config[0].model_version_policy.specific.versions.extend([1, 2])
    both.model_config_list.config[0].version_labels["stable"] = 1
    reload(channel, both)
    assert predict(channel, label="stable") == 1

    wait_for_version(channel, 2)
    both.model_config_list.config[0].version_labels["stable"] = 2
    reload(channel, both)

    assert predict(channel, label="stable") == 2


def wait_for(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)


def wait_for_version(channel, version):
    request = get_model_status_pb2.GetModelStatusRequest()
    request.model_spec.name = "half"
    stub = model_service_pb2_grpc.ModelServiceStub(channel)

    def is_available():
        found = {s.version: s.state for s in stub.GetModelStatus(request).model_version_status}
        return found.get(version) == get_model_status_pb2.ModelVersionStatus.AVAILABLE

    wait_for(is_available)


def test_a_new_model_answers_when_the_reload_does(channel, half):
    tf1_models.publish(half.parent / "other", 4)
    configuration = config.name_model("other", half.parent / "other")

    response = reload(channel, configuration)

    assert response.status.error_code == 0
    status = get_model_status_pb2.GetModelStatusRequest()
    status.model_spec.name = "other"
    (found,) = (
        model_service_pb2_grpc.ModelServiceStub(channel).GetModelStatus(status).model_version_status
    )
    assert (found.version, found.state) == (4, get_model_status_pb2.ModelVersionStatus.AVAILABLE)


def test_a_new_model_that_does_not_load_is_the_answer_of_the_reload(channel, half):
    (half.parent / "broken" / "1").mkdir(parents=True)

    with pytest.raises(grpc.RpcError, match="did not become available") as refused:
        reload(channel, config.name_model("broken", half.parent / "broken"))

    assert refused.value.code() is grpc.StatusCode.UNKNOWN


def test_a_reload_cannot_make_the_server_write_to_a_folder_that_its_files_do_not_name(
    channel, half
):
    configuration = config.name_model("half", half)
    logged = configuration.model_config_list.config[0].logging_config
    logged.log_collector_config.type = "file"
    logged.log_collector_config.filename_prefix = str(half.parent / "logs" / "half")

    with pytest.raises(grpc.RpcError, match="filename_prefix of half") as refused:
        reload(channel, configuration)

    assert refused.value.code() is grpc.StatusCode.PERMISSION_DENIED


def test_a_request_whose_deadline_passes_in_the_queue_does_not_run(half, caplog):
    pairs = BatchingParameters(max_batch_size=2, batch_timeout_micros=60_000_000)
    options = ServerOptions(grpc=GrpcOptions(port=0), rest_port=None, batching=pairs)
    request = about(regression_pb2.RegressionRequest, "regress")
    with (
        ModelServer(lambda: config.name_model("half", half), options) as server,
        grpc.insecure_channel(f"localhost:{server.grpc_port}") as channel,
    ):
        stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
        with pytest.raises(grpc.RpcError, match="DEADLINE_EXCEEDED"):
            stub.Regress(request, timeout=0.3)
        answer = stub.Regress(request, timeout=60)

        wait_for(lambda: [each for each in caplog.records if each.name == LOGGER])

    assert answer.result.regressions[0].value == 3.0
    lines = [each.getMessage() for each in caplog.records if each.name == LOGGER]
    assert len(lines) == 1
    assert lines[0].startswith("DEADLINE_EXCEEDED")


def test_a_reload_needs_no_deadline(channel, half):
    request = model_management_pb2.ReloadConfigRequest(config=config.name_model("half", half))

    response = model_service_pb2_grpc.ModelServiceStub(channel).HandleReloadConfigRequest(request)

    assert response.status.error_code == 0
