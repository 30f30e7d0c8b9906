"""The commands, folders and settings in docs/cluster.md exist."""

import re
import shlex

import pytest
import typer
import yaml

from pipeline.cli.app import app
from pipeline.kubeflow.cluster import VOLUMES, ClusterSettings
from tests.fakes import k8s

TEXT = (k8s.ROOT / "docs/cluster.md").read_text("utf-8")
HERE_DOCUMENTS = re.findall(r"<<'EOF'\n(.*?)^EOF$", TEXT, re.M | re.S)
COMMANDS = re.findall(r"^fcn (.*)$", TEXT, re.M)


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_accepts_its_arguments(line):
    command, arguments = typer.main.get_command(app), shlex.split(line)
    while hasattr(command, "resolve_command"):
        context = command.make_context("fcn", arguments, resilient_parsing=True)
        _, command, arguments = command.resolve_command(context, arguments)

    assert command.make_context("fcn", arguments).params


def test_the_commands_go_from_compile_to_predict():
    first = [" ".join(line.split()[:2]) for line in COMMANDS]

    assert first == ["compile flowers", "schedule upload", "schedule run", "predict rose.jpg"]


def test_the_page_names_every_folder_of_manifests_and_no_other():
    named = set(re.findall(r"k8s/[\w/-]+(?:/|\b)(?!\.)", TEXT))
    folders = {str(folder.relative_to(k8s.ROOT)) for folder in k8s.FOLDERS.values()}

    assert {name for name in named if name.startswith("k8s/overlays/")} < folders
    assert folders - named == {"k8s/base"}


def test_the_settings_are_valid_and_use_the_image_of_the_pod(tmp_path):
    pod, settings = HERE_DOCUMENTS
    (tmp_path / "cluster.yaml").write_text(settings, "utf-8")
    cluster = ClusterSettings.from_env(tmp_path / "cluster.yaml")

    assert cluster.find_step_settings("Trainer").gpus == 0
    assert cluster.image == yaml.safe_load(pod)["spec"]["containers"][0]["image"]


def test_the_copying_pod_mounts_the_volumes_like_the_steps():
    spec = yaml.safe_load(HERE_DOCUMENTS[0])["spec"]
    claims = {v["name"]: v["persistentVolumeClaim"]["claimName"] for v in spec["volumes"]}
    seen = {m["mountPath"]: claims[m["name"]] for m in spec["containers"][0]["volumeMounts"]}

    assert seen == {volume.mount_path: volume.claim for volume in VOLUMES}
