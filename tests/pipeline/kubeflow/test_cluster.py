"""Settings of a cluster: from a file, and what overrides it."""

from __future__ import annotations

import traceback

import pytest

from pipeline.kubeflow.cluster import ClusterSettings
from pipeline.settings_error import SettingsError


def test_a_cluster_file_overrides_single_values(tmp_path):
    file = tmp_path / "cluster.yaml"
    file.write_text("image: registry/fcn:1\nsteps:\n  Trainer: {gpus: 4}\n  Pusher: {retries: 0}\n")

    cluster = ClusterSettings.from_env(file)

    trainer, pusher = (cluster.find_step_settings(name) for name in ("Trainer", "Pusher"))
    assert (trainer.gpus, trainer.cpu_limit) == (4, 8.0)
    assert (pusher.retries, pusher.cpu_limit) == (0, 2.0)
    assert cluster.find_step_settings("RunReport") == cluster.other_steps


@pytest.mark.parametrize(
    ("text", "devices"),
    [
        pytest.param("image: a:1", "", id="one-gpu"),
        pytest.param("steps: {Trainer: {gpus: 4}}", "all", id="several"),
        pytest.param("{devices: one, steps: {Trainer: {gpus: 4}}}", "one", id="chosen"),
    ],
)
def test_a_trainer_with_several_gpus_uses_all_unless_the_file_says_otherwise(
    tmp_path, text, devices
):
    file = tmp_path / "cluster.yaml"
    file.write_text(text)

    assert ClusterSettings.from_env(file).trainer_devices == devices


def test_an_image_given_overrides_the_environment_which_overrides_the_file(tmp_path, monkeypatch):
    file = tmp_path / "cluster.yaml"
    file.write_text("image: of/file:1\n")
    monkeypatch.setenv("FCN_CLUSTER", str(file))

    assert ClusterSettings.from_env().image == "of/file:1"
    monkeypatch.setenv("FCN_IMAGE", "of/env:1")
    assert ClusterSettings.from_env().image == "of/env:1"
    assert ClusterSettings.from_env(image="given:1").image == "given:1"


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        pytest.param("imagee: a:1", "imagee", "a:1", id="unknown-name"),
        pytest.param("steps: {Trainer: {gpus: -1}}", "steps.Trainer.gpus", -1, id="bad-value"),
        pytest.param("run_as_user: 0", "run_as_user", 0, id="root"),
        pytest.param(
            "volumes: [{claim: a, mount_path: data}]", "volumes.0.mount_path", "data", id="path"
        ),
    ],
)
def test_an_error_names_the_setting_and_its_value(tmp_path, text, name, value):
    file = tmp_path / "cluster.yaml"
    file.write_text(text)

    with pytest.raises(SettingsError) as raised:
        ClusterSettings.from_env(file)

    assert (raised.value.name, raised.value.value) == (name, value)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("- a\n- b", id="not-a-mapping"),
        pytest.param("secrets: [{env: {URL: 'xoxb-planted", id="not-yaml"),
        pytest.param(None, id="not-there"),
    ],
)
def test_a_cluster_file_that_cannot_be_read_is_named(tmp_path, text):
    file = tmp_path / "cluster.yaml"
    if text:
        file.write_text(text)

    with pytest.raises(SettingsError) as raised:
        ClusterSettings.from_env(file)

    assert (raised.value.name, raised.value.value) == ("--cluster", file)
    assert str(file) in str(raised.value)
    assert "planted" not in "".join(traceback.format_exception(raised.value))


@pytest.mark.parametrize(
    "secret",
    [
        "{name: fcn-webhook, env: {FCN_WEBHOOK_URL: 'https://hooks.example/xoxb-planted'}}",
        "{name: fcn-webhook, env: {FCN_WEBHOOK_URL: url}, value: xoxb-planted}",
        "{name: fcn-webhook, env: xoxb-planted}",
    ],
)
def test_a_secret_written_in_the_settings_is_refused_and_not_repeated(tmp_path, secret):
    file = tmp_path / "cluster.yaml"
    file.write_text(f"secrets: [{secret}]")

    with pytest.raises(SettingsError) as raised:
        ClusterSettings.from_env(file)

    assert raised.value.name.startswith("secrets.0.")
    assert raised.value.value is None
    assert "planted" not in "".join(traceback.format_exception(raised.value))
