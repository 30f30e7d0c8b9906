"""Where a run happens: given, or from the environment, and always absolute."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.settings import Cluster, Settings, absolute

ENVIRONMENT = {"FCN_DATA": "/env/data", "FCN_WORKDIR": "/env/run", "FCN_PUSH_ROOT": "/env/served"}


@pytest.fixture
def environment(monkeypatch):
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("environment")
def test_the_environment_says_what_nobody_gives():
    settings = Settings.from_env("flowers")

    places = (settings.data, settings.workdir, settings.push_root)
    assert places == ("/env/data", "/env/run", "/env/served")


@pytest.mark.usefixtures("environment")
def test_what_is_given_goes_before_the_environment():
    settings = Settings.from_env("flowers", data="/given")

    assert (settings.data, settings.workdir) == ("/given", "/env/run")


def test_a_run_has_its_own_folder_where_nobody_names_one(monkeypatch, tmp_path):
    for name in ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)

    settings = Settings.from_env("birds", data="/data")

    assert settings.workdir == str(tmp_path.resolve() / "runs" / "birds")
    assert settings.push_root == str(tmp_path.resolve() / "served")


def test_data_that_nobody_gives_is_an_error_that_names_the_variable(monkeypatch):
    monkeypatch.delenv("FCN_DATA", raising=False)

    with pytest.raises(ValueError, match="give --data, or set FCN_DATA"):
        Settings.from_env("flowers")


def test_a_workdir_on_an_object_store_is_refused():
    with pytest.raises(ValueError, match=r"gs://bucket/run: a local run needs a local folder"):
        Settings.from_env("flowers", data="/data", workdir="gs://bucket/run")


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
    assert absolute(uri) == uri.rstrip("/")


def test_a_models_versions_are_below_the_push_root():
    settings = Settings(data="/d", workdir="/w", push_root="/served")

    assert settings.served_folder("flowers") == "/served/flowers"


def test_a_cluster_file_names_only_what_differs(tmp_path):
    file = tmp_path / "cluster.yaml"
    file.write_text("image: registry/fcn:1\nsteps:\n  Trainer: {gpus: 4}\n  Pusher: {retries: 0}\n")

    cluster = Cluster.from_env(file)

    assert (cluster.step("Trainer").gpus, cluster.step("Trainer").cpu_limit) == (4, 8.0)
    assert (cluster.step("Pusher").retries, cluster.step("Pusher").cpu_limit) == (0, 2.0)
    assert cluster.step("RunReport") == cluster.other_steps


def test_the_image_given_goes_before_the_environments_and_that_before_the_files(
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
    ("text", "said"),
    [
        pytest.param("imagee: a:1", r"imagee=\"a:1\": Unexpected", id="unknown-name"),
        pytest.param("steps: {Trainer: {gpus: -1}}", r"steps.Trainer.gpus=-1", id="bad-value"),
        pytest.param("run_as_user: 0", r"run_as_user=0", id="root"),
        pytest.param("volumes: [{claim: a, mount_path: data}]", r"mount_path=\"data\"", id="path"),
        pytest.param("- a\n- b", "holds no settings", id="no-mapping"),
        pytest.param("image: [", "is no YAML", id="no-yaml"),
    ],
)
def test_settings_that_do_not_fit_are_named(tmp_path, text, said):
    file = tmp_path / "cluster.yaml"
    file.write_text(text)

    with pytest.raises(ValueError, match=said):
        Cluster.from_env(file)


def test_a_cluster_file_that_is_not_there_is_named(tmp_path):
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
def test_a_secret_that_stands_in_the_settings_is_refused_and_not_repeated(tmp_path, secret):
    file = tmp_path / "cluster.yaml"
    file.write_text(f"secrets: [{secret}]")

    with pytest.raises(ValueError, match=r"^secrets\.0\.") as caught:
        Cluster.from_env(file)

    assert "planted" not in str(caught.value)
