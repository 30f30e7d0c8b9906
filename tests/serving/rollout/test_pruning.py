"""Old versions go, but none that may still be asked for."""

from __future__ import annotations

import pytest

from serving.rollout import pruning
from serving.rollout.config.model_config import ServedModel
from serving.rollout.errors import RolloutRefused
from serving.rollout.records import PROMOTE, Position, make_change


@pytest.fixture
def folder(tmp_path):
    for version in range(1, 8):
        (tmp_path / str(version)).mkdir()
        (tmp_path / str(version) / "saved_model.pb").write_bytes(b"graph")
    return tmp_path


def model(versions=(), labels=None):
    return ServedModel("shop", "/served/shop", versions, 1, labels or {})


@pytest.mark.parametrize(("keep", "old"), [(1, [1, 2, 4, 5, 6]), (3, [1, 2, 4]), (9, [])])
def test_all_but_the_newest_and_the_protected_are_old(folder, keep, old):
    chosen = pruning.choose_old(folder, keep, {3})

    assert [int(path.name) for path in chosen] == old


def test_labelled_configured_and_previous_versions_are_protected():
    changes = [make_change("shop", PROMOTE, (Position(2), Position(3)))]
    protected = pruning.list_protected(model((5,), {"tests": 1}), Position(3, 4, 10), changes)

    assert protected == {1, 2, 3, 4, 5}


def test_a_removed_version_leaves_nothing(folder):
    pruning.remove(folder / "1")

    assert sorted(path.name for path in folder.iterdir()) == [*"234567"]


def test_what_a_kill_left_of_a_removal_goes_too(folder):
    (folder / "2").rename(folder / ".removed-a1-2")
    pruning.remove(folder / "1")

    assert sorted(path.name for path in folder.iterdir()) == [*"34567"]


def test_a_folder_of_another_machine_is_refused(tmp_path):
    with pytest.raises(RolloutRefused, match="--base-path"):
        pruning.choose_old(tmp_path / "elsewhere", 1, set())
