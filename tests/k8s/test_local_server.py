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


@pytest.mark.parametrize("name", k8s.SERVING)
def test_the_models_of_the_overlay_answer(name, tmp_path):
    for model in find_models(name):
        tf1_models.publish(tmp_path / "served" / model, 1)
    arguments = [*move(name, tmp_path), f"--grpc_socket_path={tmp_path / 'socket'}"]

    parsed = flags.parse(arguments)
    with ModelServer(startup.choose_source(parsed), startup.read_options(parsed)):
        states = [read_state(tmp_path / "socket", model) for model in find_models(name)]

    assert states == [get_model_status_pb2.ModelVersionStatus.AVAILABLE] * len(states)
