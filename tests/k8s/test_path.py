"""From the folder that Pusher writes to, through the volume, to the file that TF Serving reads."""

import posixpath
import re
from pathlib import Path

import pytest

from pipeline.kubeflow.cluster import Cluster
from pipeline.settings import Settings
from serving.versions import find_versions
from tests.fakes import k8s
from tests.k8s.test_serving import models
from trainer import configs

ON_CLAIM = pytest.mark.parametrize("name", [n for n in k8s.SERVING if n != "s3"])
VERSION = 1_700_000_000


def pushed_to(model):
    """The claim that the cluster's Pusher pushes a model to, and the model's folder in it."""
    cluster = Cluster()
    folder = Settings(data="", workdir="", push_root=cluster.push_root).served_folder(model)
    volumes = [v for v in cluster.volumes if "Pusher" in v.steps and within(folder, v.mount_path)]
    [volume] = volumes
    return volume.claim, posixpath.relpath(folder, volume.mount_path)


def served_from(name, model):
    """The claim that the server reads a model from, and the model's folder in it."""
    base = models(name)[model].base_path
    [place] = [path for path in k8s.mounts(name) if within(base, path)]
    claim = k8s.mounts(name)[place]["persistentVolumeClaim"]["claimName"]
    return claim, posixpath.relpath(base, place)


def within(path, folder):
    return path.startswith(f"{folder.rstrip('/')}/")


@ON_CLAIM
def test_the_server_reads_where_pusher_writes(name):
    for model in models(name):
        assert served_from(name, model) == pushed_to(model)


@ON_CLAIM
def test_a_pushed_version_is_found_in_the_base_path(name, tmp_path):
    for model in models(name):
        written = tmp_path / pushed_to(model)[1] / str(VERSION) / "saved_model.pb"
        written.parent.mkdir(parents=True)
        written.touch()

        found = find_versions(tmp_path / served_from(name, model)[1])
        assert found[VERSION] / "saved_model.pb" == written


@ON_CLAIM
def test_a_push_of_fcn_run_to_the_volume_is_found_as_well(name, tmp_path):
    for model in models(name):
        local = Settings.from_env(model, data="images", push_root=str(tmp_path))

        assert Path(local.served_folder(model)) == tmp_path / served_from(name, model)[1]


def test_the_models_are_named_as_the_experiments_are():
    assert all(configs.load(model).name == model for model in models("base"))


def test_from_s3_each_version_is_copied_to_where_the_server_looks():
    [copy] = k8s.pod("s3")["spec"]["initContainers"]
    target = copy["args"][-1]
    mounted = {mount["mountPath"]: mount["name"] for mount in copy["volumeMounts"]}

    assert copy["command"] == ["/usr/local/bin/aws"]
    assert k8s.mounts("s3")[target]["name"] == mounted[target]
    assert k8s.mounts("s3")[target]["emptyDir"]
    assert all(m.base_path == f"{target}/{name}" for name, m in models("s3").items())


def test_s3_has_its_address_from_a_configuration_and_its_keys_from_a_secret():
    [copy] = k8s.pod("s3")["spec"]["initContainers"]
    [config] = [part["configMapRef"]["name"] for part in copy["envFrom"]]
    volumes = {v["name"]: v for v in k8s.pod("s3")["spec"]["volumes"]}
    keys = {mount["mountPath"]: volumes[mount["name"]] for mount in copy["volumeMounts"]}

    assert k8s.resource("s3", "ConfigMap", config)["data"]["FCN_SERVED_URI"].startswith("s3://")
    assert {e["name"]: e["value"] for e in copy["env"]}["AWS_SHARED_CREDENTIALS_FILE"] == (
        "/etc/fcn-s3/credentials"
    )
    assert keys["/etc/fcn-s3"]["secret"]["secretName"] == "fcn-s3"


def test_kserve_reads_where_pusher_writes():
    services = k8s.resources("kserve", "InferenceService")
    places = {
        r["metadata"]["name"]: r["spec"]["predictor"]["model"]["storageUri"] for r in services
    }

    assert places == {m: "pvc://{}/{}".format(*pushed_to(m)) for m in models("base")}


@pytest.mark.parametrize(
    ("name", "mode"), [("pipeline-runner", "ReadWriteMany"), ("local", "ReadWriteOnce")]
)
def test_there_is_a_claim_for_each_volume_of_the_steps(name, mode):
    claims = {
        r["metadata"]["name"]: r["spec"] for r in k8s.resources(name, "PersistentVolumeClaim")
    }

    assert set(claims) == {volume.claim for volume in Cluster().volumes}
    assert all(claim["accessModes"] == [mode] for claim in claims.values())


@pytest.mark.parametrize(
    ("nodes", "folders"),
    [
        ("several nodes", ["pipeline-runner", "production"]),
        ("one node", ["local"]),
    ],
)
def test_who_types_the_page_applies_each_claim_once(nodes, folders):
    """A claim's access modes cannot be changed by another folder that is applied later."""
    page = (k8s.ROOT / "docs/cluster.md").read_text("utf-8")
    lines = re.findall(r"^kubectl apply -k k8s/(\S+)(?: +# (several nodes|one node))?", page, re.M)
    applied = [Path(folder).name for folder, who in lines if who in (nodes, "")]

    claims = [
        r["metadata"]["name"] for n in applied for r in k8s.resources(n, "PersistentVolumeClaim")
    ]
    assert applied == folders
    assert sorted(claims) == sorted(volume.claim for volume in Cluster().volumes)
