"""The server reads the file that a real push to the compiled Pusher's destination writes."""

import pytest

from pipeline.kubeflow import compilation
from pipeline.kubeflow.cluster import ClusterSettings
from serving.versions import find_versions
from tests.components.test_pusher import push
from tests.fakes import k8s
from tests.k8s.test_path import find_served, is_within
from trainer import configs

MODEL = "flowers"


@pytest.fixture(scope="module")
def pipeline():
    cluster = ClusterSettings(image="registry.example.com/fcn/pipeline:0.1.0")
    return compilation.compile_graph(configs.load(MODEL), cluster)


@pytest.fixture(scope="module")
def destination(pipeline):
    """The default folder of the compiled Pusher."""
    [pusher] = [task for task in pipeline.list_tasks() if task.name == "Pusher"]
    return pusher.string_values["served_folder"]


@pytest.fixture(scope="module")
def mounted(pipeline):
    """The claims of the compiled Pusher's pod, by mount path."""
    mounts = pipeline.pods["Pusher_executor"].pvc_mount
    return {mount.mount_path: mount.constant for mount in mounts}


@pytest.mark.parametrize("name", [n for n in k8s.SERVING if n != "s3"])
def test_a_pushed_model_is_the_file_that_the_server_reads(name, destination, mounted, tmp_path):
    [place] = [path for path in mounted if is_within(destination, path)]
    as_pusher_sees = tmp_path / mounted[place] / destination.removeprefix(f"{place}/")
    push(as_pusher_sees, tmp_path)

    claim, folder = find_served(name, MODEL)
    [found] = find_versions(tmp_path / claim / folder).values()

    assert (found / "saved_model.pb").read_bytes() == b"graph"
