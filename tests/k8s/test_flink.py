"""The overlay with Flink, Beam's workers and Beam's job server."""

import re

import pytest
import yaml

from pipeline.beam import CACHE_MILLIS
from pipeline.flink import configuration, worker_pool
from pipeline.kubeflow.cluster import ClusterSettings
from tests.fakes import k8s


@pytest.fixture
def flink():
    return k8s.resource("flink", "FlinkDeployment", "fcn-flink")["spec"]


@pytest.fixture
def cluster(tmp_path):
    """The cluster settings for this overlay in docs/flink.md."""
    page = (k8s.ROOT / "docs/flink.md").read_text("utf-8")
    [settings] = re.findall(r"^```yaml\n(beam:\n  runner: flink\n.*?)^```$", page, re.M | re.S)
    (tmp_path / "cluster.yaml").write_text(settings, "utf-8")
    return ClusterSettings.from_env(tmp_path / "cluster.yaml")


@pytest.fixture
def worker_pod(flink):
    return flink["taskManager"]["podTemplate"]["spec"]


@pytest.fixture
def worker(worker_pod):
    return {container["name"]: container for container in worker_pod["containers"]}[
        "beam-worker-pool"
    ]


def test_each_task_manager_has_a_worker_pool_of_its_own(flink, worker, worker_pod):
    names = [container["name"] for container in worker_pod["containers"]]

    assert names == ["flink-main-container", "beam-worker-pool"]
    assert flink["taskManager"]["replicas"] == 2
    assert worker["command"] == ["python", "-m", worker_pool.__name__]
    assert worker["args"] == ["[::]:50000"]


def test_the_workers_image_is_the_steps(worker):
    page = (k8s.ROOT / "docs/cluster.md").read_text("utf-8")
    [settings] = re.findall(r"^cat >cluster\.yaml <<'EOF'\n(.*?)^EOF$", page, re.M | re.S)

    assert worker["image"] == yaml.safe_load(settings)["image"]


def test_java_options_are_those_of_the_local_cluster(flink):
    opened = {option for option in configuration.JAVA_OPTIONS if option.startswith("--add-")}

    assert set(flink["flinkConfiguration"]["env.java.opts.all"].split()) == opened


def test_a_job_restarts_after_the_dead_worker_has_left_the_cache(flink):
    delay = flink["flinkConfiguration"]["restart-strategy.fixed-delay.delay"]

    assert int(delay.removesuffix(" s")) * 1000 == configuration.RESTART_DELAY_MILLIS
    assert CACHE_MILLIS < configuration.RESTART_DELAY_MILLIS


def test_the_workers_mount_the_images_where_ingestion_does(worker, worker_pod):
    [images] = [v for v in ClusterSettings().volumes if "ImageExampleGen" in v.steps]
    volumes = {volume["name"]: volume for volume in worker_pod["volumes"]}
    mounted = {mount["mountPath"]: volumes[mount["name"]] for mount in worker["volumeMounts"]}

    assert mounted[images.mount_path]["persistentVolumeClaim"] == {
        "claimName": images.claim,
        "readOnly": True,
    }


def test_all_containers_are_restricted_and_none_is_root(flink, worker):
    containers = [each for found in k8s.every(flink, "containers") for each in found]

    assert len(containers) == 3
    for context in (container["securityContext"] for container in containers):
        assert context["allowPrivilegeEscalation"] is False
        assert context["capabilities"] == {"drop": ["ALL"]}
    assert worker["securityContext"]["readOnlyRootFilesystem"] is True
    assert flink["podTemplate"]["spec"]["securityContext"]["runAsNonRoot"] is True
    assert flink["podTemplate"]["spec"]["securityContext"]["seccompProfile"]
    assert flink["podTemplate"]["spec"]["automountServiceAccountToken"] is False
    assert flink["serviceAccount"] == "fcn-flink"


def test_the_images_of_flink_and_of_the_job_server_have_one_flink_version(flink):
    [job_server] = k8s.resource("flink", "Deployment", "fcn-beam-job-server")["spec"]["template"][
        "spec"
    ]["containers"]
    version = flink["flinkVersion"].removeprefix("v").replace("_", ".")

    assert flink["image"].startswith(f"flink:{version}.")
    assert job_server["image"].startswith(f"apache/beam_flink{version}_job_server:")


def test_the_job_server_has_the_version_of_the_locked_beam():
    lock = (k8s.ROOT / "requirements/gpu.lock").read_text("utf-8")
    [line] = [line for line in lock.splitlines() if line.startswith("apache-beam")]

    version = line.partition("==")[2].split()[0]
    assert f"_job_server:{version}\n" in k8s.text("flink")


def test_only_the_job_server_and_the_operator_can_reach_flink():
    [inside, outside] = k8s.resource("flink", "NetworkPolicy", "fcn-flink")["spec"]["ingress"]

    assert inside["from"] == [{"podSelector": {"matchLabels": {"app": "fcn-flink"}}}]
    assert {port["port"] for port in outside["ports"]} == {8081, 6124}
    assert [sorted(peer) for peer in outside["from"]] == [
        ["podSelector"],
        ["namespaceSelector", "podSelector"],
    ]


def test_the_job_server_connects_to_the_operators_service():
    container = k8s.every(k8s.resource("flink", "Deployment", "fcn-beam-job-server"), "args")[0]

    assert "--flink-master=fcn-flink-rest:8081" in container


def test_the_settings_on_the_page_match_the_services_and_the_workers(cluster, flink, worker):
    service = k8s.resource("flink", "Service", "fcn-beam-job-server")
    ports = {port["name"]: port["port"] for port in service["spec"]["ports"]}
    slots = flink["flinkConfiguration"]["taskmanager.numberOfTaskSlots"]
    [pool] = [arg for arg in cluster.beam_args if arg.startswith("--environment_config=")]

    assert cluster.beam.job_endpoint == f"fcn-beam-job-server:{ports['jobs']}"
    assert cluster.beam.artifact_endpoint == f"fcn-beam-job-server:{ports['artifacts']}"
    assert cluster.beam.parallelism == int(slots) * flink["taskManager"]["replicas"]
    assert worker["args"] == [f"[::]:{pool.rpartition(':')[2]}"]


def test_workers_and_steps_share_a_writable_volume(cluster, flink, worker, worker_pod):
    [shared] = [v for v in cluster.volumes if v.mount_path == cluster.beam.shared]
    volumes = {volume["name"]: volume for volume in worker_pod["volumes"]}
    [mount] = [m for m in worker["volumeMounts"] if m["mountPath"] == cluster.beam.shared]
    context = flink["podTemplate"]["spec"]["securityContext"]

    assert volumes[mount["name"]]["persistentVolumeClaim"] == {"claimName": shared.claim}
    claim = k8s.resource("flink", "PersistentVolumeClaim", shared.claim)
    assert claim["spec"]["accessModes"] == ["ReadWriteMany"]
    assert context["fsGroup"] == worker["securityContext"]["runAsGroup"]
