"""The overlay with a GPU."""

from pipeline.kubeflow.cluster import Gpu
from tests.fakes import k8s


def test_each_server_gets_a_gpu_and_tolerates_its_taint():
    spec = k8s.pod("gpu")["spec"]
    resource = Gpu().resource

    assert k8s.server("gpu")["resources"]["limits"][resource] == "1"
    assert k8s.server("gpu")["resources"]["requests"][resource] == "1"
    assert [t["key"] for t in spec["tolerations"]] == [resource]


def test_a_roll_out_needs_no_spare_gpu():
    strategy = k8s.resource("gpu", "Deployment")["spec"]["strategy"]["rollingUpdate"]

    assert strategy == {"maxSurge": 0, "maxUnavailable": 1}


def test_the_server_uses_most_of_the_gpus_memory_and_keeps_the_base_flags():
    own = k8s.flags("gpu")

    assert own.pop("per_process_gpu_memory_fraction") == "0.9"
    assert own == k8s.flags("base")
