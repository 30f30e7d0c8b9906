"""Where a run happens: given, or from the environment, and always absolute paths."""

from __future__ import annotations

import traceback
from pathlib import Path

import pytest

from pipeline.settings import Cluster, Settings, make_absolute
from pipeline.settings_error import SettingsError

ENVIRONMENT = {"FCN_DATA": "/env/data", "FCN_WORKDIR": "/env/run", "FCN_PUSH_ROOT": "/env/served"}


@pytest.fixture
def environment(monkeypatch):
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("environment")
def test_the_environment_gives_the_defaults():
    settings = Settings.from_env("flowers")

    places = (settings.data, settings.workdir, settings.push_root)
    assert places == ("/env/data", "/env/run", "/env/served")


@pytest.mark.usefixtures("environment")
def test_arguments_override_the_environment():
    settings = Settings.from_env("flowers", data="/given")

    assert (settings.data, settings.workdir) == ("/given", "/env/run")


def test_by_default_a_run_has_a_folder_of_its_own(monkeypatch, tmp_path):
    for name in ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)

    settings = Settings.from_env("birds", data="/data")

    assert settings.workdir == str(tmp_path.resolve() / "runs" / "birds")
    assert settings.push_root == str(tmp_path.resolve() / "served")


def test_missing_data_is_an_error_that_names_the_variable(monkeypatch):
    monkeypatch.delenv("FCN_DATA", raising=False)

    with pytest.raises(SettingsError) as raised:
        Settings.from_env("flowers")

    assert (raised.value.name, raised.value.value) == ("FCN_DATA", None)


def test_a_workdir_on_an_object_store_is_refused():
    with pytest.raises(SettingsError) as raised:
        Settings.from_env("flowers", data="/data", workdir="gs://bucket/run")

    assert (raised.value.name, raised.value.value) == ("--workdir", "gs://bucket/run")


def test_relative_places_become_absolute(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    settings = Settings.from_env(
        "flowers", data="images", workdir="runs/../run", push_root="~/served"
    )

    assert settings.data == str(tmp_path.resolve() / "images")
    assert settings.workdir == str(tmp_path.resolve() / "run")
    assert settings.push_root == str(Path.home() / "served")


@pytest.mark.parametrize("uri", ["gs://bucket/flowers", "s3://bucket/flowers/"])
def test_a_uri_stays_as_it_is(uri):
    assert make_absolute(uri) == uri.rstrip("/")


def test_a_models_versions_are_below_the_push_root():
    settings = Settings(data="/d", workdir="/w", push_root="/served")

    assert settings.served_folder("flowers") == "/served/flowers"


def test_a_cluster_file_overrides_single_values(tmp_path):
    file = tmp_path / "cluster.yaml"
    file.write_text("image: registry/fcn:1\nsteps:\n  Trainer: {gpus: 4}\n  Pusher: {retries: 0}\n")

    cluster = Cluster.from_env(file)

    assert (cluster.step("Trainer").gpus, cluster.step("Trainer").cpu_limit) == (4, 8.0)
    assert (cluster.step("Pusher").retries, cluster.step("Pusher").cpu_limit) == (0, 2.0)
    assert cluster.step("RunReport") == cluster.other_steps


def test_an_image_given_overrides_the_environment_which_overrides_the_file(tmp_path, monkeypatch):
    file = tmp_path / "cluster.yaml"
    file.write_text("image: of/file:1\n")
    monkeypatch.setenv("FCN_CLUSTER", str(file))

    assert Cluster.from_env().image == "of/file:1"
    monkeypatch.setenv("FCN_IMAGE", "of/env:1")
    assert Cluster.from_env().image == "of/env:1"
    assert Cluster.from_env(image="given:1").image == "given:1"


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
        Cluster.from_env(file)

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
        Cluster.from_env(file)

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
        Cluster.from_env(file)

    assert raised.value.name.startswith("secrets.0.")
    assert raised.value.value is None
    assert "planted" not in "".join(traceback.format_exception(raised.value))
