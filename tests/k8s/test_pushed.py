"""The server reads the file that a real push to the compiled Pusher's destination writes."""

import pytest
from google.protobuf import json_format

from pipeline.kubeflow import compilation
from pipeline.settings import Cluster
from serving.versions import find_versions
from tests.components.test_pusher import push
from tests.fakes import k8s
from tests.k8s.test_path import find_served, is_within
from trainer import configs

MODEL = "flowers"


@pytest.fixture(scope="module")
def package():
    cluster = Cluster(image="registry.example.com/fcn/pipeline:0.1.0")
    return compilation.compiled(configs.load(MODEL), cluster)


@pytest.fixture(scope="module")
def destination(package):
    """The default folder of the compiled Pusher."""
    folder = dict(compilation.tasks(package.spec))["Pusher"].inputs.parameters["served_folder"]
    defaults = package.spec.root.input_definitions.parameters
    return defaults[folder.component_input_parameter].default_value.string_value


@pytest.fixture(scope="module")
def mounted(package):
    """The claims of the compiled Pusher's pod, by mount path."""
    executors = package.platform.platforms["kubernetes"].deployment_spec.executors
    pod = json_format.MessageToDict(executors["Pusher_executor"])
    return {mount["mountPath"]: mount["constant"] for mount in pod["pvcMount"]}


@pytest.mark.parametrize("name", [n for n in k8s.SERVING if n != "s3"])
def test_a_pushed_model_is_the_file_that_the_server_reads(name, destination, mounted, tmp_path):
    [place] = [path for path in mounted if is_within(destination, path)]
    as_pusher_sees = tmp_path / mounted[place] / destination.removeprefix(f"{place}/")
    push(as_pusher_sees, tmp_path)

    claim, folder = find_served(name, MODEL)
    [found] = find_versions(tmp_path / claim / folder).values()

    assert (found / "saved_model.pb").read_bytes() == b"graph"
