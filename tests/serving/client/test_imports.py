"""What the client library loads, in processes of their own."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fakes import saved_models
from tests.fakes.saved_models import draw

ROOT = Path(__file__).parents[3]
HEAVY = ("tensorflow", "tensorflow_serving", "keras", "serving.server", "pipeline")

PROGRAM = """
import json, sys
import serving.client
after_import = sorted(sys.modules)
labels = []
for url in sys.argv[2:]:
    with serving.client.connect(url, "colours", timeout=30) as client:
        labels += [found.label for found in client.classify([open(sys.argv[1], "rb").read()])]
print(json.dumps([after_import, labels, sorted(sys.modules)]))
"""


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    """The modules after the import, the labels of both protocols, and the modules after them."""
    root = tmp_path_factory.mktemp("served")
    saved_models.publish(root / "colours", 1)
    image = root / "red.png"
    image.write_bytes(draw("red"))
    with saved_models.served(root) as server:
        urls = f"grpc://localhost:{server.grpc_port}", f"http://localhost:{server.rest_port}"
        command = [sys.executable, "-c", PROGRAM, str(image), *urls]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_neither_protocol_loads_tensorflow_or_the_server(loaded):
    _, labels, modules = loaded

    assert labels == ["red", "red"]
    assert {"grpc", "httpx"} <= set(modules)
    assert not set(HEAVY) & set(modules)


def test_the_import_loads_no_protocol_no_image_library_and_no_command_line(loaded):
    modules, _, _ = loaded

    late = {"grpc", "google.protobuf", "httpx", "PIL", "numpy", "typer", "rich"}
    assert not late & set(modules)
