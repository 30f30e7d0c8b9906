"""What is served follows the folders and the configuration, in their time."""

import time
from contextlib import contextmanager

import pytest

from serving.server.models import config
from serving.server.models.model_versions import LoadOptions
from serving.server.models.servables import Servables
from serving.server.models.watcher import Intervals, Watcher
from serving.server.request_errors import ModelNotReady, RequestError
from serving.server.text_protos import ConfigError
from tests.fakes.serving.tf1_models import publish


@contextmanager
def watching(read_config, *, config_seconds=0.0, folders=0.05, **options):
    servables = Servables(LoadOptions(retries=0), **options)
    intervals = Intervals(config=config_seconds, folders=folders)
    watcher = Watcher(servables, read_config, intervals)
    watcher.start()
    try:
        yield servables
    finally:
        watcher.stop()


def watch_root(root):
    return watching(lambda: config.find_all(root), config_seconds=0.05)


def wait_for(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)


def newest(servables, name):
    with servables.lease(name) as (version, _):
        return version


def test_every_model_of_a_push_root_answers_and_so_do_later_ones(tmp_path):
    publish(tmp_path / "half", 1)

    with watch_root(tmp_path) as servables:
        servables.wait_until_available("half", timeout=60)
        publish(tmp_path / "third", 5)
        found = servables.wait_until_available("third", timeout=60)

    assert (found.model, found.version) == ("third", 5)


def test_models_keep_serving_when_the_push_root_disappears(tmp_path):
    publish(tmp_path / "served" / "half", 1)

    readings = []

    def read():
        readings.append((tmp_path / "served").exists())
        return config.find_all(tmp_path / "served")

    with watching(read, config_seconds=0.05) as servables:
        servables.wait_until_available("half", timeout=60)
        (tmp_path / "served").rename(tmp_path / "gone")
        wait_for(lambda: readings.count(False) > 3)

        assert newest(servables, "half") == 1


def test_a_changed_configuration_file_changes_the_models(tmp_path):
    for name in ("half", "third"):
        publish(tmp_path / name, 1)
    listed = ["half"]

    def read():
        return config.name_model(listed[0], tmp_path / listed[0])

    with watching(read, config_seconds=0.05) as servables:
        servables.wait_until_all_answer()
        listed[0] = "third"
        servables.wait_until_available("third", timeout=60)
        wait_for(lambda: "half" not in servables.models)

        assert newest(servables, "third") == 1


def test_a_wrong_configuration_file_changes_nothing(tmp_path):
    publish(tmp_path / "half", 1)
    readings = []

    def read():
        readings.append(1)
        if len(readings) > 1:
            raise ConfigError("damaged")
        return config.name_model("half", tmp_path / "half")

    with watching(read, config_seconds=0.02) as servables:
        servables.wait_until_all_answer()
        wait_for(lambda: len(readings) > 3)

        assert newest(servables, "half") == 1


@pytest.mark.parametrize(("folders", "seen"), [(0.02, True), (0.0, False)])
def test_new_versions_are_found_only_if_folders_are_read_again(tmp_path, folders, seen):
    publish(tmp_path / "half", 1)
    readings = []

    def read():
        readings.append(1)
        return config.name_model("half", tmp_path / "half")

    with watching(read, config_seconds=0.02, folders=folders) as found:
        found.wait_until_all_answer()
        publish(tmp_path / "half", 2)
        before = len(readings)
        wait_for(lambda: newest(found, "half") == 2 if seen else len(readings) > before + 3)

        assert (newest(found, "half") == 2) is seen


def test_a_version_unloads_although_folders_are_read_once(tmp_path):
    publish(tmp_path / "half", 1)
    publish(tmp_path / "third", 1)

    with watching(lambda: config.name_model("half", tmp_path / "half"), folders=0) as servables:
        servables.wait_until_all_answer()
        with servables.lease("half"):
            servables.reload(config.name_model("third", tmp_path / "third"))
            assert "half" in servables.models
        wait_for(lambda: servables.list_statuses("half")[0].state.name == "END")

        assert newest(servables, "third") == 1


def test_a_model_that_is_missing_is_not_found(tmp_path):
    with watch_root(tmp_path) as servables:
        with pytest.raises(RequestError, match="Could not find any versions of model roses"):
            servables.list_statuses("roses")
        with pytest.raises(RequestError, match=r"Servable not found for request: Latest\(roses\)"):
            servables.lease("roses").__enter__()
        with pytest.raises(ModelNotReady, match=r"'roses'.* 0.1 s.* \[\]"):
            servables.wait_until_available("roses", timeout=0.1)


def test_a_model_that_does_not_load_ends_the_wait_for_all(tmp_path):
    (tmp_path / "half" / "1").mkdir(parents=True)

    with (
        watching(lambda: config.name_model("half", tmp_path / "half")) as servables,
        pytest.raises(RequestError, match=r"1 model\(s\) did not become available: .*half"),
    ):
        servables.wait_until_all_answer()


def test_a_reload_ends_at_its_timeout_and_the_models_load_later(tmp_path):
    publish(tmp_path / "half", 1)
    (tmp_path / "third").mkdir()

    with watching(lambda: config.name_model("half", tmp_path / "half")) as servables:
        servables.wait_until_all_answer()
        with pytest.raises(RequestError, match="third due to error: no version"):
            servables.reload(config.name_model("third", tmp_path / "third"), timeout=0.1)
        publish(tmp_path / "third", 1)

        assert servables.wait_until_available("third", timeout=60).version == 1
