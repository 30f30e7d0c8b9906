"""`fcn-model-server` as a process."""

import signal
import subprocess
import sys
from contextlib import contextmanager

import grpc
from tensorflow_serving.apis import get_model_status_pb2, model_service_pb2_grpc

from serving import terminal
from serving.server import __main__ as program
from tests.fakes.serving import tf1_models


@contextmanager
def started(*flags):
    command = [sys.executable, "-m", "serving.server", *map(str, flags)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def list_versions(address, model):
    request = get_model_status_pb2.GetModelStatusRequest()
    request.model_spec.name = model
    with grpc.insecure_channel(address) as channel:
        response = model_service_pb2_grpc.ModelServiceStub(channel).GetModelStatus(
            request, timeout=60, wait_for_ready=True
        )
    return [status.version for status in response.model_version_status]


def test_the_server_serves_a_model_until_it_is_terminated(tmp_path):
    tf1_models.publish(tmp_path / "half", 3)
    socket = tmp_path / "socket"
    flags = ("--port=0", f"--grpc_socket_path={socket}", f"--model_base_path={tmp_path / 'half'}")

    with started(*flags) as process:
        assert list_versions(f"unix:{socket}", "default") == [3]
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=60)

    assert process.returncode == 0
    assert "default version 3: AVAILABLE" in log
    assert "Traceback" not in log


def test_a_configuration_that_cannot_be_read_ends_the_start(tmp_path):
    (tmp_path / "models.config").write_text("improperly formatted file")

    with started(f"--model_config_file={tmp_path / 'models.config'}") as process:
        _, log = process.communicate(timeout=120)

    assert process.returncode == terminal.FAILED
    assert "Error parsing text-format tensorflow.serving.ModelServerConfig" in log
    assert "Traceback" not in log


def test_the_version_is_printed(capsys):
    assert program.main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("fcn-model-server: ")
