"""From the compiled Pusher's destination, by a real push, to the file that the server reads."""

import pytest

from pipeline.kubeflow import compilation
from pipeline.kubeflow.cluster import Cluster
from serving.versions import find_versions
from tests.components.test_pusher import push
from tests.fakes import k8s
from tests.k8s.test_path import served_from, within
from trainer import configs

MODEL = "flowers"


@pytest.fixture(scope="module")
def package():
    cluster = Cluster(image="registry.example.com/fcn/pipeline:0.1.0")
    return compilation.compile_graph(configs.load(MODEL), cluster)


@pytest.fixture(scope="module")
def destination(package):
    """The folder that the compiled Pusher is given, where a run names no other."""
    [pusher] = [task for task in package.tasks() if task.name == "Pusher"]
    return pusher.texts["served_folder"]


@pytest.fixture(scope="module")
def mounted(package):
    """The claims that the compiled Pusher's pod sees, by where it sees them."""
    mounts = package.pods["Pusher_executor"].pvc_mount
    return {mount.mount_path: mount.constant for mount in mounts}


@pytest.mark.parametrize("name", [n for n in k8s.SERVING if n != "s3"])
def test_a_pushed_model_is_the_file_that_the_server_reads(name, destination, mounted, tmp_path):
    [place] = [path for path in mounted if within(destination, path)]
    as_pusher_sees = tmp_path / mounted[place] / destination.removeprefix(f"{place}/")
    push(as_pusher_sees, tmp_path)

    claim, folder = served_from(name, MODEL)
    [found] = find_versions(tmp_path / claim / folder).values()

    assert (found / "saved_model.pb").read_bytes() == b"graph"
