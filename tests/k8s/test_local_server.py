"""The local server starts from the very files of each overlay that serves."""

import grpc
import pytest
from google.protobuf import text_format
from tensorflow_serving.apis import get_model_status_pb2, model_service_pb2_grpc
from tensorflow_serving.config.model_server_config_pb2 import ModelServerConfig

from serving.server import flags, startup
from serving.server.local import ModelServer
from tests.fakes import k8s
from tests.fakes.serving import tf1_models

AVAILABLE = get_model_status_pb2.ModelVersionStatus.AVAILABLE
# Of KServe's runtime for TensorFlow (config/runtimes/kserve-tensorflow-serving.yaml), but for its
# ports, 9000 and 8080. KServe mounts the folder of `storageUri` as /mnt/models.
KSERVE = (
    "--model_name={{.Name}}",
    "--port=0",
    "--rest_api_port=0",
    "--model_base_path=/mnt/models",
    "--rest_api_timeout_in_ms=60000",
)


def move(name, folder):
    """The overlay's flags, with files and models below `folder`, and a socket for the ports."""
    moved = {**k8s.flags(name), "port": "0", "rest_api_port": "0"}
    for flag, path in k8s.flags(name).items():
        if flag.endswith("_file"):
            text = k8s.file(name, path).replace('"/served/', f'"{folder}/served/')
            (folder / flag).write_text(text)
            moved[flag] = str(folder / flag)
    return [f"--{flag}={value}" for flag, value in moved.items()]


def find_models(name):
    text = k8s.file(name, k8s.flags(name)["model_config_file"])
    config = text_format.Parse(text, ModelServerConfig())
    return [model.name for model in config.model_config_list.config]


def read_state(socket, model):
    request = get_model_status_pb2.GetModelStatusRequest()
    request.model_spec.name = model
    with grpc.insecure_channel(f"unix:{socket}") as channel:
        stub = model_service_pb2_grpc.ModelServiceStub(channel)
        (status,) = stub.GetModelStatus(
            request, timeout=60, wait_for_ready=True
        ).model_version_status
    return status.state


def read_states(arguments, models, folder):
    """The state of each model on a server with these arguments."""
    parsed = flags.parse([*arguments, f"--grpc_socket_path={folder / 'socket'}"])
    with ModelServer(startup.choose_source(parsed), startup.read_options(parsed)):
        return [read_state(folder / "socket", model) for model in models]


@pytest.mark.parametrize("name", k8s.SERVING)
def test_the_models_of_the_overlay_answer(name, tmp_path):
    for model in find_models(name):
        tf1_models.publish(tmp_path / "served" / model, 1)

    states = read_states(move(name, tmp_path), find_models(name), tmp_path)

    assert states == [AVAILABLE] * len(states)


@pytest.mark.parametrize("model", ["flowers", "pets"])
def test_the_model_of_a_kserve_service_answers_by_the_services_name(model, tmp_path):
    service = k8s.resource("kserve", "InferenceService", model)["spec"]["predictor"]["model"]
    claim, path = service["storageUri"].removeprefix("pvc://").split("/", 1)
    tf1_models.publish(tmp_path / claim / path, 1)
    arguments = [*KSERVE, *service.get("args", [])]
    mounted = [text.replace("/mnt/models", f"{tmp_path}/{claim}/{path}") for text in arguments]

    states = read_states([text.replace("{{.Name}}", model) for text in mounted], [model], tmp_path)

    assert states == [AVAILABLE]


def test_every_folder_that_serves_is_started_here():
    deployed = {
        name
        for name in k8s.FOLDERS
        if any(r["metadata"]["name"] == "tf-serving" for r in k8s.resources(name, "Deployment"))
    }
    services = {
        name: {r["metadata"]["name"] for r in k8s.resources(name, "InferenceService")}
        for name in k8s.FOLDERS
    }

    assert deployed == set(k8s.SERVING)
    assert {n: found for n, found in services.items() if found} == {"kserve": {"flowers", "pets"}}
