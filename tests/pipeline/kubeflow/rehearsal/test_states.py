"""The states that an exit handler receives: only a launcher updates that of a DAG."""

from __future__ import annotations

import pytest

from pipeline.kubeflow.rehearsal.outcome import TaskState
from pipeline.kubeflow.rehearsal.states import States
from tests.fakes.kubeflow.rehearsed import (
    WRITES,
    build_pipeline,
    read_status,
    rehearse,
    step,
    with_exit_handler,
)

RETRIES = {"maxRetryCount": 1, "backoffMaxDuration": "60s"}
IMPORTER = {"artifactUri": {"constant": "minio://mlpipeline/v2/artifacts/given"}}


def run(folder, steps, importers=()):
    """The rehearsal, and the state that its exit handler received."""
    document = with_exit_handler(build_pipeline(steps), folder / "status")
    for name in importers:
        document["deploymentSpec"]["executors"][f"{name}_executor"] = {"importer": IMPORTER}
    rehearsal = rehearse(folder, document)
    return rehearsal, read_status(folder / "status")["state"]


def test_a_run_whose_last_task_comes_from_the_cache_stays_running(tmp_path):
    steps = {"A": step(""), "B": step(WRITES, makes=["model"], cached=True)}

    (_, before), (rehearsal, after) = (run(tmp_path, steps) for _ in range(2))

    assert (before, after) == ("COMPLETE", "RUNNING")
    assert rehearsal.state == "SUCCEEDED"
    assert rehearsal.tasks["tfx-dag"].state is TaskState.SUCCEEDED


def test_a_run_whose_last_task_runs_is_complete_whatever_came_from_the_cache(tmp_path):
    steps = {"A": step(WRITES, makes=["model"], cached=True), "B": step("")}

    _, (rehearsal, state) = (run(tmp_path, steps) for _ in range(2))

    assert rehearsal.tasks["A"].cached
    assert state == "COMPLETE"


def test_a_run_whose_last_task_is_an_importer_stays_running(tmp_path):
    steps = {"A": step(""), "B": step("", makes=["model"])}

    rehearsal, state = run(tmp_path, steps, importers=["B"])

    assert (rehearsal.state, state) == ("SUCCEEDED", "RUNNING")


@pytest.mark.parametrize(
    ("second", "state"),
    [
        pytest.param("", "COMPLETE", id="the-retry-succeeds"),
        pytest.param("os.kill(os.getpid(), 9)", "FAILED", id="the-retry-is-killed"),
    ],
)
def test_an_attempt_that_fails_is_forgotten_only_when_all_tasks_are_done(tmp_path, second, state):
    first = f"""
seen = pathlib.Path({str(tmp_path / "seen")!r})
if not seen.exists():
    seen.touch()
    sys.exit(1)
{second}
"""

    _, found = run(tmp_path, {"A": step(first, retries=RETRIES), "B": step("")})

    assert found == state


def test_an_update_reaches_the_dags_around():
    outer = States(expected=2, tasks={"first": "CACHED"})
    inner = States(expected=1, name="inner", around=outer)

    inner.end("task", "COMPLETE")

    assert (inner.own, outer.own) == ("COMPLETE", "COMPLETE")
    assert outer.tasks == {"first": "CACHED", "inner": "COMPLETE"}


def test_the_root_is_never_updated():
    root = States()

    root.end("task", "FAILED")

    assert root.own == "RUNNING"
