"""fcn-model-server with the models of the pages, started from the files that the pages print."""

import time
from dataclasses import replace

import httpx
import pytest

from serving.server import flags, startup
from serving.server.local import ModelServer
from tests.fakes.serving import documented_models, tf1_models

# serving_config: "Model Server Config Details" and "Assigning String Labels to Model Versions".
MODELS = """
model_config_list {
  config {
    name: 'my_first_model'
    base_path: '/tmp/my_first_model/'
    model_platform: 'tensorflow'
    model_version_policy {
      specific {
        versions: 42
        versions: 43
      }
    }
    version_labels {
      key: 'stable'
      value: 42
    }
    version_labels {
      key: 'canary'
      value: 43
    }
  }
"""
ONE_MODEL = """
  config {
    name: '%s'
    base_path: '/tmp/%s/'
    model_platform: 'tensorflow'
  }
"""
# serving_config: "Monitoring Configuration" and "Batching Configuration".
MONITORING = """
prometheus_config {
  enable: true,
  path: "/monitoring/prometheus/metrics"
}
"""
BATCHING = """
max_batch_size { value: 128 }
batch_timeout_micros { value: 0 }
max_enqueued_batches { value: 1000000 }
num_batch_threads { value: 8 }
"""


@pytest.fixture(scope="package")
def server(tmp_path_factory):
    root = tmp_path_factory.mktemp("served")
    files = {
        "model_config_file": write_models(root),
        "batching_parameters_file": BATCHING,
        "monitoring_config_file": MONITORING,
    }
    arguments = ["--enable_batching", "--allow_version_labels_for_unavailable_models"]
    for flag, text in files.items():
        (root / flag).write_text(text)
        arguments.append(f"--{flag}={root / flag}")
    chosen = flags.parse(arguments)
    options = startup.read_options(chosen)
    options = replace(options, rest_port=0, grpc=replace(options.grpc, port=0))
    with ModelServer(startup.choose_source(chosen), options) as server:
        yield server


def write_models(root):
    """Publishes the models; returns the text of their configuration."""
    for version, plus in ((42, 2.0), (43, 3.0)):
        tf1_models.publish(root / "my_first_model", version, plus=plus)
    tf1_models.publish(root / "half_plus_two", "00000123")
    tf1_models.publish(root / "saved_model_half_plus_three", "00000123", plus=3.0)
    documented_models.publish_digits(root / "mnist")
    documented_models.publish_objects(root / "objects")
    documented_models.publish_readings(root / "readings")
    names = ("half_plus_two", "saved_model_half_plus_three", "mnist", "objects", "readings")
    text = MODELS + "".join(ONE_MODEL % (name, name) for name in names) + "}"
    return text.replace("/tmp/", f"{root}/")


@pytest.fixture(scope="package")
def http(server):
    """Sends what curl sends, to the paths below /v1/models."""
    url = f"http://localhost:{server.rest_port}/v1/models"
    form = {"Content-Type": "application/x-www-form-urlencoded"}  # What `curl -d` announces.
    with httpx.Client(base_url=url, headers=form, timeout=60) as client:
        wait_for_versions(client)
        yield client


def wait_for_versions(client, seconds=60):
    """A model answers when one of its versions does: the other one loads a moment later."""
    deadline = time.monotonic() + seconds
    while client.get("/my_first_model").text.count("AVAILABLE") < 2:
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)
