"""Configuration files of the manifests are read as TF Serving's messages."""

from pathlib import Path

from google.protobuf import text_format

from serving.server.batching.parameters import BatchingParameters, read_parameters
from serving.server.config_messages import find_message

CONFIG = Path(__file__).parents[3] / "k8s/base/config"


def parse(name, text):
    return text_format.Parse(text, find_message(name)())


def test_the_manifests_batching_parameters_are_read():
    parameters = read_parameters(
        parse("BatchingParameters", (CONFIG / "batching.config").read_text())
    )

    assert parameters == BatchingParameters(
        max_batch_size=1024,
        enable_large_batch_splitting=True,
        max_execution_batch_size=8,
        batch_timeout_micros=2000,
        num_batch_threads=4,
        max_enqueued_batches=256,
    )


def test_the_manifests_monitoring_config_is_read():
    config = parse("MonitoringConfig", (CONFIG / "monitoring.config").read_text())

    assert config.prometheus_config.enable
    assert config.prometheus_config.path == "/monitoring/prometheus/metrics"


def test_parameters_that_are_left_out_have_tf_servings_values():
    text = "allowed_batch_sizes: [2, 1000] pad_variable_length_inputs: true"

    parameters = read_parameters(parse("BatchingParameters", text))

    assert parameters == BatchingParameters(
        allowed_batch_sizes=(2, 1000), pad_variable_length_inputs=True
    )


def test_the_message_of_tls_has_the_fields_of_tf_serving():
    config = parse("SSLConfig", 'server_key: "k" server_cert: "c" client_verify: true')

    assert (config.server_key, config.server_cert, config.custom_ca) == ("k", "c", "")
    assert config.client_verify
