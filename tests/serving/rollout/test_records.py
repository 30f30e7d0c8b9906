"""The state that clients read, and a history that stays bounded."""

from __future__ import annotations

import getpass
import json

from serving.rollout import records
from serving.rollout.records import PROMOTE, ROLLBACK, START, Position


def change(action, before, after, model="shop"):
    return records.make_change(model, action, (Position(before), Position(after)))


def test_the_state_of_other_models_stays():
    first = records.write_state("", change(START, 1, 1, model="farm"))
    both = records.write_state(first, change(PROMOTE, 1, 2))

    assert json.loads(both)["models"].keys() == {"farm", "shop"}
    assert records.read_state(both, "shop")["stable"] == 2


def test_only_the_newest_lines_of_the_history_are_kept(monkeypatch):
    monkeypatch.setattr(records, "KEPT", 3)
    history = ""
    for version in range(5):
        history = records.append_change(history, change(PROMOTE, version, version + 1))

    assert [one.before.stable for one in records.read_changes(history, "shop")] == [2, 3, 4]


def test_a_change_is_read_as_it_was_written():
    made = records.make_change(
        "shop", START, (Position(1), Position(1, 2, 5.0)), by="Zoë\n", detail={"removed": [1]}
    )

    assert records.read_changes(records.append_change("", made), "shop") == [made]


def test_without_a_name_the_user_of_the_machine_made_the_change():
    assert change(PROMOTE, 1, 2).changed_by.startswith(f"{getpass.getuser()}@")


def test_the_previous_stable_version_is_one_promotion_back_also_after_rollbacks():
    changes = [change(PROMOTE, 1, 2), change(START, 2, 2), change(PROMOTE, 2, 3)]

    assert records.find_previous_stable(changes) == 2
    changes.append(change(ROLLBACK, 3, 2))
    assert records.find_previous_stable(changes) == 1
    changes.append(change(PROMOTE, 2, 4))
    assert records.find_previous_stable(changes) == 2
    assert records.find_previous_stable([]) is None


def test_both_labels_exist_without_a_canary():
    assert Position(3).label() == {"stable": 3, "canary": 3}
    assert Position(3, 4, 10).label() == {"stable": 3, "canary": 4}
