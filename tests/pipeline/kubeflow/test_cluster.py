"""Settings of a cluster: from a file, and what overrides it."""

from __future__ import annotations

import pytest

from pipeline.kubeflow.cluster import Cluster


def test_a_cluster_file_overrides_only_the_settings_that_it_names(tmp_path):
    file = tmp_path / "cluster.yaml"
    file.write_text("image: registry/fcn:1\nsteps:\n  Trainer: {gpus: 4}\n  Pusher: {retries: 0}\n")

    cluster = Cluster.from_env(file)

    assert (cluster.step("Trainer").gpus, cluster.step("Trainer").cpu_limit) == (4, 8.0)
    assert (cluster.step("Pusher").retries, cluster.step("Pusher").cpu_limit) == (0, 2.0)
    assert cluster.step("RunReport") == cluster.other_steps


def test_an_image_argument_overrides_the_environment_which_overrides_the_file(
    tmp_path, monkeypatch
):
    file = tmp_path / "cluster.yaml"
    file.write_text("image: of/file:1\n")
    monkeypatch.setenv("FCN_CLUSTER", str(file))

    assert Cluster.from_env().image == "of/file:1"
    monkeypatch.setenv("FCN_IMAGE", "of/env:1")
    assert Cluster.from_env().image == "of/env:1"
    assert Cluster.from_env(image="given:1").image == "given:1"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("imagee: a:1", r"imagee=\"a:1\": Unexpected", id="unknown-name"),
        pytest.param("steps: {Trainer: {gpus: -1}}", r"steps.Trainer.gpus=-1", id="bad-value"),
        pytest.param("run_as_user: 0", r"run_as_user=0", id="root"),
        pytest.param("volumes: [{claim: a, mount_path: data}]", r"mount_path=\"data\"", id="path"),
        pytest.param("- a\n- b", "contains no settings", id="no-mapping"),
        pytest.param("image: [", "is not YAML", id="no-yaml"),
    ],
)
def test_invalid_settings_are_named(tmp_path, text, message):
    file = tmp_path / "cluster.yaml"
    file.write_text(text)

    with pytest.raises(ValueError, match=message):
        Cluster.from_env(file)


def test_a_missing_cluster_file_is_named(tmp_path):
    with pytest.raises(ValueError, match=r"nowhere.yaml cannot be read"):
        Cluster.from_env(tmp_path / "nowhere.yaml")


@pytest.mark.parametrize(
    "secret",
    [
        "{name: fcn-webhook, env: {FCN_WEBHOOK_URL: 'https://hooks.example/xoxb-planted'}}",
        "{name: fcn-webhook, env: {FCN_WEBHOOK_URL: url}, value: xoxb-planted}",
        "{name: fcn-webhook, env: xoxb-planted}",
    ],
)
def test_a_secret_in_the_settings_is_refused_and_not_repeated(tmp_path, secret):
    file = tmp_path / "cluster.yaml"
    file.write_text(f"secrets: [{secret}]")

    with pytest.raises(ValueError, match=r"^secrets\.0\.") as caught:
        Cluster.from_env(file)

    assert "planted" not in str(caught.value)
