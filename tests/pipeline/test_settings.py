"""Where a run happens: given, or from the environment, and always absolute paths."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.settings import Settings, make_absolute
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
