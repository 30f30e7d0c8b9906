"""Whenever a run is killed, the next one goes on, and the chain ends as an undisturbed run does."""

from __future__ import annotations

import json
import time

import pytest
import tensorflow as tf

from pipeline.guard import GRACE_SECONDS
from tests.e2e import flower_run
from tests.kills import moments
from tests.kills.killed_run import PATIENCE, KilledRun

pytestmark = pytest.mark.timeout(3600)


@pytest.fixture(scope="session")
def data(tmp_path_factory):
    return flower_run.flowers(tmp_path_factory.mktemp("images") / "flowers")


@pytest.fixture(scope="session")
def undisturbed(data, tmp_path_factory):
    """What a run comes to that nobody kills."""
    return finish(data, tmp_path_factory.mktemp("undisturbed"))


def finish(data, home):
    """A run to its end: its result."""
    run = KilledRun(data, home)
    assert run.wait_for_end() == 0, "".join(run.printed)
    return json.loads((home / "result.json").read_text())


def test_a_chain_of_killed_runs_ends_as_an_undisturbed_one(data, undisturbed, tmp_path, kills):
    homes = [make_home(tmp_path, 0)]
    came_in_time = []
    for kill in kills:
        if False in came_in_time[-1:]:  # That run came to its end: nothing is left to kill.
            homes.append(make_home(tmp_path, len(homes)))
        came_in_time.append(kill_one(data, homes[-1], kill, undisturbed["seconds"]))

    print(f"{sum(came_in_time)} of {len(kills)} kills came in time")
    assert any(came_in_time)
    for home in homes:
        assert_undisturbed(home, finish(data, home), undisturbed)


def make_home(folder, number):
    home = folder / str(number)
    home.mkdir()
    return home


def assert_undisturbed(home, result, undisturbed):
    assert_pushed_once(home, result)
    assert result["baseline"] == pytest.approx(undisturbed["baseline"])
    assert result["metrics"] == pytest.approx(undisturbed["metrics"], abs=1e-3)
    assert [result[k] for k in ("files", "examples", "rejects")] == [
        undisturbed[k] for k in ("files", "examples", "rejects")
    ]


def kill_one(data, home, kill, usual):
    """Begins a run and kills it; returns False if the run ended before the moment came."""
    run = KilledRun(data, home)
    there = moments.wait_for(
        kill, home, run.has_reached, run.has_ended, usual.get(kill.moment, 0.0)
    )
    if there:
        run.process.send_signal(kill.number)
    begin = time.monotonic()
    code = run.wait_for_end()
    print(f"{kill}: {'ended' if there else 'came too late: ended by itself'} with {code}")

    assert "Traceback" not in "".join(run.printed)
    assert there or code == 0, "".join(run.printed)
    assert time.monotonic() - begin < PATIENCE or not there
    time.sleep(2 * GRACE_SECONDS if run.left() else 0)
    assert run.left() == set()
    return there


def assert_pushed_once(home, result):
    """One version, whole, and nothing beside it."""
    (version,) = (home / "served" / "flowers").iterdir()

    assert str(version.resolve()) == result["pushed_to"]
    assert "serving_default" in tf.saved_model.load(str(version)).signatures
    assert list((home / "run" / "checkpoints").iterdir()) == []
