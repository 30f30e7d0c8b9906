"""TF Serving's Deployment in every overlay that has it."""

import ast
import re

import pytest
from google.protobuf import text_format
from tensorflow_serving.config import model_server_config_pb2

from tests.fakes import k8s

ALL = pytest.mark.parametrize("name", k8s.SERVING)
# The flags used here, from tensorflow/serving, tensorflow_serving/model_servers/main.cc.
KNOWN_FLAGS = {
    "port",
    "rest_api_port",
    "rest_api_timeout_in_ms",
    "rest_api_num_threads",
    "grpc_max_threads",
    "model_config_file",
    "model_config_file_poll_wait_seconds",
    "allow_version_labels_for_unavailable_models",
    "file_system_poll_wait_seconds",
    "enable_batching",
    "batching_parameters_file",
    "enable_model_warmup",
    "monitoring_config_file",
    "tensorflow_session_parallelism",
    "per_process_gpu_memory_fraction",
}
# The fields of BatchingParameters in session_bundle_config.proto that are wrapped in a message.
KNOWN_BATCHING = {
    "max_batch_size",
    "enable_large_batch_splitting",
    "max_execution_batch_size",
    "batch_timeout_micros",
    "num_batch_threads",
    "max_enqueued_batches",
}


def read_models(name):
    """The configured models, parsed with TF Serving's own message."""
    text = k8s.file(name, k8s.flags(name)["model_config_file"])
    config = text_format.Parse(text, model_server_config_pb2.ModelServerConfig())
    return {model.name: model for model in config.model_config_list.config}


def read_batching(name):
    text = k8s.file(name, k8s.flags(name)["batching_parameters_file"])
    bare = re.sub("#.*", "", text)
    assert not re.sub(r"\w+ \{ value: \w+ \}", "", bare).strip()
    return dict(re.findall(r"(\w+) \{ value: (\w+) \}", bare))


def read_largest_warmup():
    """Images in the largest warm-up request, read from the source: importing TFX is slow."""
    tree = ast.parse((k8s.ROOT / "components/model_servable.py").read_text("utf-8"))
    assigned = [node for node in tree.body if isinstance(node, ast.Assign)]
    return next(n.value.value for n in assigned if ast.unparse(n.targets[0]) == "REQUESTS")


def read_probes(name):
    return {kind: k8s.server(name)[f"{kind}Probe"] for kind in ("startup", "readiness", "liveness")}


@ALL
def test_the_server_starts_without_a_shell_and_with_known_flags(name):
    assert k8s.server(name)["command"] == ["/usr/bin/tensorflow_model_server"]
    assert set(k8s.flags(name)) <= KNOWN_FLAGS
    assert len(k8s.flags(name)) == len(k8s.server(name)["args"])


@ALL
def test_a_roll_out_can_change_the_models_while_the_server_runs(name):
    flags = k8s.flags(name)
    assert int(flags["model_config_file_poll_wait_seconds"]) > 0
    assert flags["allow_version_labels_for_unavailable_models"] == "true"

    assert k8s.resource(name, "ConfigMap", "tf-serving-models")["data"].keys() == {"models.config"}


@ALL
def test_every_file_that_a_flag_names_exists(name):
    files = {flag: path for flag, path in k8s.flags(name).items() if flag.endswith("_file")}

    assert len(files) == 3
    assert all(k8s.file(name, path) for path in files.values())


@ALL
def test_configurations_are_mounted_as_folders(name):
    configs = [v["configMap"]["name"] for v in k8s.mounts(name).values() if "configMap" in v]

    [models, settings] = sorted(configs)
    assert models == "tf-serving-models"  # The server polls it; a change of the other restarts it.
    assert re.fullmatch(r"tf-serving-settings-\w{10}", settings)
    assert not k8s.every(k8s.pod(name), "subPath")


@ALL
def test_ports_services_and_flags_agree(name):
    flags, ports = (
        k8s.flags(name),
        {p["name"]: p["containerPort"] for p in k8s.server(name)["ports"]},
    )
    grpc = k8s.resource(name, "Service")["spec"]
    rest = k8s.resource(name, "Service", "tf-serving-rest")["spec"]

    assert ports == {"grpc": int(flags["port"]), "rest": int(flags["rest_api_port"])}
    assert grpc["clusterIP"] == "None"
    assert [(p["port"], p["targetPort"]) for p in grpc["ports"]] == [(8500, "grpc")]
    assert rest["type"] == "ClusterIP"
    assert [(p["port"], p["targetPort"]) for p in rest["ports"]] == [(8501, "rest")]


@ALL
def test_probes_request_a_page_that_names_no_model(name):
    pages = [read_probes(name)[kind]["httpGet"] for kind in ("startup", "readiness")]

    [path] = {page["path"] for page in pages}
    assert {page["port"] for page in pages} == {"rest"}
    assert f'path: "{path}"' in k8s.file(name, k8s.flags(name)["monitoring_config_file"])
    assert not any(model in path for model in read_models(name))


@ALL
def test_probes_allow_slow_loading_and_a_busy_server(name):
    patience = {k: p["periodSeconds"] * p["failureThreshold"] for k, p in read_probes(name).items()}

    assert patience["startup"] >= 600
    assert patience["liveness"] >= 120 > patience["readiness"]
    assert "tcpSocket" in read_probes(name)["liveness"]


@ALL
def test_the_grace_period_covers_the_slowest_request(name):
    [_, sleep] = k8s.server(name)["lifecycle"]["preStop"]["exec"]["command"]
    slowest = int(k8s.flags(name)["rest_api_timeout_in_ms"]) / 1000

    assert k8s.pod(name)["spec"]["terminationGracePeriodSeconds"] > int(sleep) + slowest


@ALL
def test_the_newest_versions_of_the_experiments_models_are_served(name):
    served = read_models(name)

    assert set(served) == ({"flowers"} if name == "local" else {"flowers", "pets"})
    assert all(model.model_platform == "tensorflow" for model in served.values())
    assert not any(model.HasField("model_version_policy") for model in served.values())


@ALL
def test_a_batch_is_as_large_as_the_largest_warm_up_request(name):
    parameters = read_batching(name)

    assert set(parameters) == KNOWN_BATCHING
    assert int(parameters["max_execution_batch_size"]) == read_largest_warmup()
    assert parameters["enable_large_batch_splitting"] == "true"


@ALL
def test_the_largest_request_fits_in_the_queue(name):
    parameters = {key: value for key, value in read_batching(name).items() if value.isdigit()}
    room = int(parameters["max_enqueued_batches"]) * int(parameters["max_execution_batch_size"])

    assert int(parameters["max_batch_size"]) <= room


@ALL
def test_the_server_uses_the_cores_of_its_limit(name):
    limit = k8s.server(name)["resources"]["limits"]["cpu"]

    assert k8s.flags(name)["tensorflow_session_parallelism"] == str(limit)


@ALL
def test_the_pods_annotations_point_to_the_metrics(name):
    config = k8s.file(name, k8s.flags(name)["monitoring_config_file"])
    annotations = k8s.pod(name)["metadata"]["annotations"]

    assert f'path: "{annotations["prometheus.io/path"]}"' in config
    assert annotations["prometheus.io/port"] == k8s.flags(name)["rest_api_port"]
    assert "enable: true" in config
