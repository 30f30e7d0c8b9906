"""The files of a roll-out: written whole, and never over another person's change."""

from __future__ import annotations

from dataclasses import replace

import pytest

from serving.rollout.config.stores import FileStore
from serving.rollout.errors import ChangedMeanwhile, RolloutError


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "models.config").write_text("model_config_list {}", encoding="utf-8")
    return tmp_path


@pytest.fixture
def store(folder):
    return FileStore(folder / "models.config")


def test_the_texts_are_written_next_to_the_config(store, folder):
    store.write(replace(store.read(), state="{}", history="[]"))

    names = {path.name: path.read_text("utf-8") for path in folder.iterdir()}
    assert names == {
        "models.config": "model_config_list {}",
        "models.rollout.json": "{}",
        "models.rollout-history.jsonl": "[]",
    }


def test_a_second_writer_does_not_overwrite_the_first(store):
    mine = theirs = store.read()
    store.write(replace(theirs, config="theirs"))

    with pytest.raises(ChangedMeanwhile):
        store.write(replace(mine, config="mine"))

    assert store.read().config == "theirs"


def test_what_was_written_can_be_written_again(store):
    first = store.write(replace(store.read(), config="first"))
    second = store.write(replace(first, config="second"))

    assert store.read() == second


def test_a_text_that_was_not_there_is_removed_again(store, folder):
    before = store.read()
    after = store.write(replace(before, state="{}"))
    store.write(replace(before, revision=after.revision))

    assert [path.name for path in folder.iterdir()] == ["models.config"]


def test_the_mode_of_a_file_stays(store, folder):
    (folder / "models.config").chmod(0o640)
    store.write(replace(store.read(), config="new"))

    assert (folder / "models.config").stat().st_mode & 0o777 == 0o640


def test_a_link_leads_to_the_file_that_is_written(store, folder, tmp_path_factory):
    link = tmp_path_factory.mktemp("links") / "linked.config"
    link.symlink_to(folder / "models.config")
    linked = FileStore(link)
    linked.write(replace(linked.read(), config="new", state="{}"))

    assert link.is_symlink()
    assert (store.read().config, store.read().state) == ("new", "{}")


def test_a_missing_config_is_an_error_with_its_path(tmp_path):
    with pytest.raises(RolloutError, match=r"missing\.config"):
        FileStore(tmp_path / "missing.config").read()
