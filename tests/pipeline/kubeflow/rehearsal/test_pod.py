"""A pod's processes, its log, and the folders that outlive it."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from pipeline.kubeflow.rehearsal.outcome import TaskState
from tests.fakes.kubeflow.rehearsed import (
    build_pipeline,
    constant,
    platform,
    rehearse,
    step,
)

TRAINS = """
folder = pathlib.Path(json.loads(values['custom_config'])['checkpoints'])
found = list(folder.glob('epoch'))
folder.mkdir(parents=True, exist_ok=True)
(folder / 'epoch').touch()
if not found:
    os.kill(os.getpid(), 9)
print(folder)
"""
RETRIES = {"maxRetryCount": 1, "backoffMaxDuration": "60s"}
CLAIM = platform("Trainer_executor", pvcMount=[{"constant": "claim", "mountPath": "/kept/"}])


def test_a_step_that_takes_too_long_is_killed(tmp_path):
    settings = platform("A_executor", activeDeadlineSeconds="1")
    start = time.monotonic()

    rehearsal = rehearse(
        tmp_path, build_pipeline({"A": step("import time; time.sleep(60)")}), settings
    )

    assert time.monotonic() - start < 30
    assert rehearsal.tasks["A"].state is TaskState.LOST
    assert "activeDeadlineSeconds, 1" in rehearsal.tasks["A"].reason


def test_processes_that_a_step_starts_end_with_it(tmp_path):
    script = "import subprocess; print(subprocess.Popen(['sleep', '60']).pid)"

    rehearsal = rehearse(tmp_path, build_pipeline({"A": step(script)}))

    left = int(rehearsal.tasks["A"].log.read_text())
    deadline = time.monotonic() + 20  # A killed process of a busy machine ends a little later.
    while alive(left) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not alive(left)


def alive(number):
    """Does a process run? A zombie does not."""
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0]
    return state not in "ZX"


@pytest.mark.parametrize("command", ["no-such-program", "/"])
def test_a_command_that_cannot_start_fails_the_step(tmp_path, command):
    document = build_pipeline({"A": step("")})
    document["deploymentSpec"]["executors"]["A_executor"]["container"]["command"] = [command]

    rehearsal = rehearse(tmp_path, document)

    assert rehearsal.tasks["A"].state is TaskState.FAILED
    assert f"cannot start {command!r}" in rehearsal.tasks["A"].reason


def training(folder, script=TRAINS):
    """A Trainer that succeeds only with the checkpoint of an earlier attempt."""
    config = constant(json.dumps({"checkpoints": folder, "experiment": "{}"}))
    return build_pipeline(
        {"Trainer": step(script, parameters={"custom_config": config}, retries=RETRIES)}
    )


def test_a_killed_training_continues_from_its_volume(tmp_path):
    rehearsal = rehearse(tmp_path, training("/kept/flowers"), CLAIM)

    run = rehearsal.tasks["Trainer"]
    assert (rehearsal.state, run.attempts) == ("SUCCEEDED", 2)
    kept = tmp_path / "work" / "volumes" / "claim" / "flowers"
    assert run.log.read_text() == f"{kept}\n"
    assert (kept / "epoch").exists()


@pytest.mark.parametrize("folder", ["/tmp/checkpoints", "/keptish", "/kept/../etc"])
def test_on_the_pods_own_disk_a_killed_training_starts_again(tmp_path, folder):
    rehearsal = rehearse(tmp_path, training(folder), CLAIM)

    assert rehearsal.tasks["Trainer"].state is TaskState.LOST
    assert not list(tmp_path.rglob("epoch"))


def test_other_fields_and_folders_in_buckets_stay_unchanged(tmp_path):
    script = "print(values['custom_config'])"
    rehearsal = rehearse(tmp_path, training("gs://bucket/checkpoints", script), CLAIM)

    found = json.loads(rehearsal.tasks["Trainer"].log.read_text())
    assert found == {"checkpoints": "gs://bucket/checkpoints", "experiment": "{}"}
