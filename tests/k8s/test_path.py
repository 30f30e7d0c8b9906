"""TF Serving reads from the volume and folder that Pusher writes to."""

import posixpath
import re
from pathlib import Path

import pytest

from pipeline.kubeflow.cluster import ClusterSettings
from pipeline.settings import Settings
from serving.versions import find_versions
from tests.fakes import k8s
from tests.k8s.test_serving import read_models
from trainer import configs

ON_CLAIM = pytest.mark.parametrize("name", [n for n in k8s.SERVING if n != "s3"])
VERSION = 1_700_000_000


def find_pushed(model):
    """The claim that the cluster's Pusher pushes a model to, and the model's folder in it."""
    cluster = ClusterSettings()
    folder = Settings(data="", workdir="", push_root=cluster.push_root).served_folder(model)
    volumes = [
        v for v in cluster.volumes if "Pusher" in v.steps and is_within(folder, v.mount_path)
    ]
    [volume] = volumes
    return volume.claim, posixpath.relpath(folder, volume.mount_path)


def find_served(name, model):
    """The claim that the server reads a model from, and the model's folder in it."""
    base = read_models(name)[model].base_path
    [place] = [path for path in k8s.mounts(name) if is_within(base, path)]
    claim = k8s.mounts(name)[place]["persistentVolumeClaim"]["claimName"]
    return claim, posixpath.relpath(base, place)


def is_within(path, folder):
    return path.startswith(f"{folder.rstrip('/')}/")


@ON_CLAIM
def test_the_server_reads_where_pusher_writes(name):
    for model in read_models(name):
        assert find_served(name, model) == find_pushed(model)


@ON_CLAIM
def test_a_pushed_version_is_found_in_the_base_path(name, tmp_path):
    for model in read_models(name):
        written = tmp_path / find_pushed(model)[1] / str(VERSION) / "saved_model.pb"
        written.parent.mkdir(parents=True)
        written.touch()

        found = find_versions(tmp_path / find_served(name, model)[1])
        assert found[VERSION] / "saved_model.pb" == written


@ON_CLAIM
def test_fcn_run_pushes_to_the_base_path_as_well(name, tmp_path):
    for model in read_models(name):
        local = Settings.from_env(model, data="images", push_root=str(tmp_path))

        assert Path(local.served_folder(model)) == tmp_path / find_served(name, model)[1]


def test_models_have_the_names_of_their_experiments():
    assert all(configs.load(model).name == model for model in read_models("base"))


def test_versions_from_s3_are_copied_to_the_servers_folder():
    [copy] = k8s.pod("s3")["spec"]["initContainers"]
    target = copy["args"][-1]
    mounted = {mount["mountPath"]: mount["name"] for mount in copy["volumeMounts"]}

    assert copy["command"] == ["/usr/local/bin/aws"]
    assert k8s.mounts("s3")[target]["name"] == mounted[target]
    assert k8s.mounts("s3")[target]["emptyDir"]
    assert all(m.base_path == f"{target}/{name}" for name, m in read_models("s3").items())


def test_the_s3_address_is_in_a_configmap_and_the_keys_are_in_a_secret():
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

    assert places == {m: "pvc://{}/{}".format(*find_pushed(m)) for m in read_models("base")}


@pytest.mark.parametrize(
    ("name", "mode"), [("pipeline-runner", "ReadWriteMany"), ("local", "ReadWriteOnce")]
)
def test_there_is_a_claim_for_each_volume_of_the_steps(name, mode):
    claims = {
        r["metadata"]["name"]: r["spec"] for r in k8s.resources(name, "PersistentVolumeClaim")
    }

    assert set(claims) == {volume.claim for volume in ClusterSettings().volumes}
    assert all(claim["accessModes"] == [mode] for claim in claims.values())


@pytest.mark.parametrize(
    ("nodes", "folders"),
    [
        ("several nodes", ["pipeline-runner", "production"]),
        ("one node", ["local"]),
    ],
)
def test_the_pages_commands_apply_each_claim_once(nodes, folders):
    """A claim's access modes cannot be changed by another folder that is applied later."""
    page = (k8s.ROOT / "docs/cluster.md").read_text("utf-8")
    lines = re.findall(r"^kubectl apply -k k8s/(\S+)(?: +# (several nodes|one node))?", page, re.M)
    applied = [Path(folder).name for folder, who in lines if who in (nodes, "")]

    claims = [
        r["metadata"]["name"] for n in applied for r in k8s.resources(n, "PersistentVolumeClaim")
    ]
    assert applied == folders
    assert sorted(claims) == sorted(volume.claim for volume in ClusterSettings().volumes)
