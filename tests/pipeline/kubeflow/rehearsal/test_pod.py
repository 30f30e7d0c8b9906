"""A pod's disk, processes and log."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from pipeline.kubeflow.rehearsal.outcome import State
from tests.fakes.kubeflow.rehearsed import compiled, platform, rehearsal_of, step


def test_a_step_that_takes_too_long_is_killed(tmp_path):
    settings = platform("A_executor", activeDeadlineSeconds="1")
    start = time.monotonic()

    rehearsal = rehearsal_of(
        tmp_path, compiled({"A": step("import time; time.sleep(60)")}), settings
    )

    assert time.monotonic() - start < 30
    assert rehearsal.tasks["A"].state is State.LOST
    assert "activeDeadlineSeconds, 1" in rehearsal.tasks["A"].reason


def test_what_a_step_leaves_running_ends_with_it(tmp_path):
    script = "import subprocess; print(subprocess.Popen(['sleep', '60']).pid)"

    rehearsal = rehearsal_of(tmp_path, compiled({"A": step(script)}))

    left = int(rehearsal.tasks["A"].log.read_text())
    assert not alive(left)


def alive(number):
    """Whether a process runs; one that only waits to be collected does not."""
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0]
    return state not in "ZX"


@pytest.mark.parametrize("command", ["no-such-program", "/"])
def test_a_command_that_cannot_start_fails_the_step(tmp_path, command):
    document = compiled({"A": step("")})
    document["deploymentSpec"]["executors"]["A_executor"]["container"]["command"] = [command]

    rehearsal = rehearsal_of(tmp_path, document)

    assert rehearsal.tasks["A"].state is State.FAILED
    assert f"cannot start {command!r}" in rehearsal.tasks["A"].reason
