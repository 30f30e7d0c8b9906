"""Rules for every rendered folder of manifests."""

import re

import pytest
import yaml

from tests.fakes import k8s
from tools import kustomize

ALL = pytest.mark.parametrize("name", sorted(k8s.FOLDERS))
PINNED = re.compile(r"[\w./-]+(:\d[\w.-]*|@sha256:[0-9a-f]{64})")
NAMESPACE = k8s.ROOT / "k8s/base/namespace/kustomization.yaml"


def list_images(resources):
    """The images of all containers and of a FlinkDeployment, which has its image outside them."""
    containers = [*k8s.every(resources, "containers"), *k8s.every(resources, "initContainers")]
    flink = [r["spec"]["image"] for r in resources if r["kind"] == "FlinkDeployment"]
    return [c["image"] for group in containers for c in group if "image" in c] + flink


@ALL
def test_every_folder_renders(name):
    assert k8s.resources(name)


def test_the_folders_are_found():
    overlays = {"local", "production", "gpu", "s3", "monitoring", "flink", "kserve"}

    assert set(k8s.FOLDERS) == {"base", "pipeline-runner"} | overlays


@ALL
def test_all_resources_are_in_the_configured_namespace(name):
    namespace = yaml.safe_load(NAMESPACE.read_text("utf-8"))["namespace"]

    assert {r["metadata"].get("namespace") for r in k8s.resources(name)} == {namespace}
    assert set(k8s.every(k8s.resources(name, "RoleBinding"), "namespace")) <= {namespace}


def test_no_other_file_names_a_namespace():
    files = [path for path in (k8s.ROOT / "k8s").rglob("*.yaml") if path != NAMESPACE]

    assert not [
        path for path in files if re.search(r"^\s*namespace:", path.read_text("utf-8"), re.M)
    ]


@ALL
def test_every_image_has_a_release_tag_or_a_digest(name):
    images = list_images(k8s.resources(name))

    assert [image for image in images if not PINNED.fullmatch(image)] == []
    assert images or name in ("kserve", "monitoring", "pipeline-runner")


def test_all_overlays_use_the_base_version_of_tf_serving():
    image = k8s.server("base")["image"]
    kserve = k8s.resources("kserve", "InferenceService")

    assert all(k8s.server(name)["image"] == image for name in ("local", "production", "s3"))
    assert k8s.server("gpu")["image"] == f"{image}-gpu"
    assert {*k8s.every(kserve, "runtimeVersion")} == {image.rpartition(":")[2]}


@pytest.mark.parametrize(
    "image", ["a/b", "a/b:latest", "a/b:latest-gpu", "a/b:stable", "a@sha256:0"]
)
def test_an_unpinned_image_is_recognized(image):
    assert not PINNED.fullmatch(image)


@ALL
def test_no_manifest_contains_a_secret(name):
    assert not k8s.resources(name, "Secret")
    assert not re.search(r"(?i)access_?key|password|bearer", k8s.text(name))


@ALL
def test_every_selector_matches_a_pod(name):
    pods = [r["spec"]["template"]["metadata"]["labels"] for r in k8s.resources(name, "Deployment")]
    services = [r["spec"]["selector"] for r in k8s.resources(name, "Service")]
    budgets = [r["spec"]["selector"] for r in k8s.resources(name, "PodDisruptionBudget")]
    policies = [r["spec"]["podSelector"] for r in k8s.resources(name, "NetworkPolicy")]
    spread = k8s.every(k8s.resources(name, "Deployment"), "labelSelector")
    selectors = services + [s["matchLabels"] for s in (*budgets, *policies, *spread)]
    flink = [{"app": r["metadata"]["name"]} for r in k8s.resources(name, "FlinkDeployment")]

    assert [s for s in selectors if not any(s.items() <= pod.items() for pod in pods + flink)] == []


@ALL
def test_a_deployment_selects_only_its_own_pods(name):
    deployments = k8s.resources(name, "Deployment")
    selectors = [r["spec"]["selector"]["matchLabels"] for r in deployments]

    for number, deployment in enumerate(deployments):
        labels = deployment["spec"]["template"]["metadata"]["labels"].items()
        assert [s.items() <= labels for s in selectors].index(True) == number


@ALL
def test_an_autoscalers_target_has_cpu_requests_and_no_replicas(name):
    scaled = [r["spec"]["scaleTargetRef"] for r in k8s.resources(name, "HorizontalPodAutoscaler")]

    for target in scaled:
        deployment = k8s.resource(name, target["kind"], target["name"])
        assert deployment["apiVersion"] == target["apiVersion"]
        assert "replicas" not in deployment["spec"]
        assert all("cpu" in r["requests"] for r in k8s.every(deployment, "resources"))


@pytest.mark.parametrize("name", ["local", "gpu"])
def test_without_an_autoscaler_there_is_one_replica(name):
    assert not k8s.resources(name, "HorizontalPodAutoscaler")
    assert k8s.resource(name, "Deployment")["spec"]["replicas"] == 1


@pytest.mark.parametrize("name", ["monitoring", "flink"])
def test_additional_overlays_share_no_resource_with_the_others(name):
    additional = {(r["kind"], r["metadata"]["name"]) for r in k8s.resources(name)}
    serving = {
        (r["kind"], r["metadata"]["name"]) for each in k8s.SERVING for r in k8s.resources(each)
    }

    assert not additional & serving


def test_a_folder_that_does_not_render_is_named(tmp_path):
    k8s.text("base")  # Skips the test if no program renders.
    (tmp_path / "kustomization.yaml").write_text("resources: [absent.yaml]\n", "utf-8")

    with pytest.raises(kustomize.SetupError, match=rf"{tmp_path} .*absent\.yaml"):
        kustomize.render(tmp_path)


def test_without_a_program_the_error_names_ways_to_get_one(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(kustomize.SetupError, match=r"kubectl .*kubernetes-client.*go install"):
        kustomize.find_program()


@pytest.mark.parametrize("name", ["kubectl", "kustomize"])
def test_kubectl_or_kustomize_is_enough(monkeypatch, tmp_path, name):
    program = tmp_path / name
    program.write_text("#!/bin/sh\n", "utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert kustomize.find_program()[0] == name
