"""Flags become a server: with TF Serving's files for batching, metrics and request logs."""

import base64
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
import tensorflow as tf
from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog

from serving.server import flags, startup
from serving.server.batching.parameters import BatchingParameters
from serving.server.local import ModelServer
from serving.server.text_protos import ConfigError
from tests.fakes import saved_models

CONFIG = Path(__file__).parents[3] / "k8s/base/config"


def read(*arguments):
    return startup.read_options(flags.parse(["--model_base_path=x", *arguments]))


def test_without_flags_requests_run_alone_and_there_is_no_page_of_metrics():
    options = read()

    assert options.batching is None
    assert options.rest.metrics_path is None
    assert options.rest.limits.answer_seconds == 30.0


def test_the_manifests_files_are_read():
    options = read(
        "--enable_batching",
        f"--batching_parameters_file={CONFIG / 'batching.config'}",
        f"--monitoring_config_file={CONFIG / 'monitoring.config'}",
        "--rest_api_timeout_in_ms=500",
        "--rest_api_enable_cors_support",
    )

    assert options.batching.most_rows == 8
    assert options.rest.metrics_path == "/monitoring/prometheus/metrics"
    assert options.rest.limits.answer_seconds == 0.5
    assert options.rest.cors


def test_batching_without_a_file_has_tf_servings_parameters():
    assert read("--enable_batching").batching == BatchingParameters()


def test_a_metrics_page_without_a_path_has_tf_servings(tmp_path):
    path = tmp_path / "monitoring.config"
    path.write_text("prometheus_config { enable: true }")

    assert read(f"--monitoring_config_file={path}").rest.metrics_path == startup.METRICS_PATH


def test_wrong_batching_parameters_end_the_start(tmp_path):
    path = tmp_path / "batching.config"
    path.write_text("max_batch_size { value: 0 }")

    with pytest.raises(ConfigError, match="max_batch_size is 0"):
        read("--enable_batching", f"--batching_parameters_file={path}")


MODELS = """
model_config_list {{
  config {{
    name: "colours" base_path: "{root}/colours" model_platform: "tensorflow"
    logging_config {{
      log_collector_config {{ type: "file" filename_prefix: "{root}/log/colours" }}
      sampling_config {{ sampling_rate: 1.0 }}
    }}
  }}
}}
"""


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    """A folder with a log, the answers to a good and a bad request, and the page of metrics."""
    root = tmp_path_factory.mktemp("served")
    saved_models.publish(root / "colours", 7)
    (root / "models.config").write_text(MODELS.format(root=root))
    chosen = flags.parse(
        [
            *(f"--model_config_file={root / 'models.config'}", "--enable_batching"),
            f"--monitoring_config_file={CONFIG / 'monitoring.config'}",
        ]
    )
    options = startup.read_options(chosen)
    options = replace(options, rest_port=0, grpc=replace(options.grpc, port=0))
    with ModelServer(startup.choose_source(chosen), options) as server:
        url = f"http://127.0.0.1:{server.rest_port}"
        answers = [
            httpx.post(f"{url}/v1/models/colours:predict", json={"instances": [encode(image)]})
            for image in (saved_models.draw("red"), b"not an image")
        ]
        page = httpx.get(f"{url}/monitoring/prometheus/metrics").text
    return root, answers, page


def encode(image):
    return {"b64": base64.b64encode(image).decode()}


def test_a_server_with_batching_answers_each_request(asked):
    _, (good, bad), _ = asked

    assert good.json()["predictions"][0]["label"] == "red"
    assert bad.status_code == 400
    assert bad.json()["error"]


def test_answered_requests_are_in_the_log_of_the_model(asked):
    root, _, _ = asked

    (path,) = (root / "log").glob("colours-*.tfrecord")
    (record,) = (PredictionLog.FromString(r.numpy()) for r in tf.data.TFRecordDataset(str(path)))
    predict = record.predict_log
    assert record.log_metadata.model_spec.version.value == 7
    assert tf.make_ndarray(predict.request.inputs["image_bytes"]) == saved_models.draw("red")
    assert tf.make_ndarray(predict.response.outputs["label"]).tolist() == [b"red"]


@pytest.mark.parametrize(
    "line",
    [
        ':tensorflow:serving:request_count{model_name="colours",status="OK"}',
        ':tensorflow:serving:request_latency_count{model_name="colours",API="predict",entrypoint="REST"}',
        ':tensorflow:serving:runtime_latency_count{model_name="colours",API="Predict",runtime="TF1"}',
        ':tensorflow:serving:batching_session:queuing_latency_count{thread_pool_name="batch_threads"}',
        ":tensorflow:core:graph_runs{}",
    ],
)
def test_the_page_of_metrics_has_what_alerts_use(asked, line):
    _, _, page = asked

    assert f"\n{line} " in page
