"""Where a training keeps its state from one attempt to the next."""

from __future__ import annotations

import json

import pytest

from pipeline.kubeflow.rehearsal.outcome import State
from tests.fakes.kubeflow.rehearsed import compiled, constant, platform, rehearsal_of, step

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


def training(folder, script=TRAINS):
    """A Trainer that needs the checkpoint of an attempt before."""
    config = constant(json.dumps({"checkpoints": folder, "experiment": "{}"}))
    return compiled(
        {"Trainer": step(script, parameters={"custom_config": config}, retries=RETRIES)}
    )


def test_a_training_that_is_killed_goes_on_from_its_volume(tmp_path):
    rehearsal = rehearsal_of(tmp_path, training("/kept/flowers"), CLAIM)

    run = rehearsal.tasks["Trainer"]
    assert (rehearsal.state, run.attempts) == ("SUCCEEDED", 2)
    kept = tmp_path / "work" / "volumes" / "claim" / "flowers"
    assert run.log.read_text() == f"{kept}\n"
    assert (kept / "epoch").exists()


@pytest.mark.parametrize("folder", ["/tmp/checkpoints", "/keptish", "/kept/../etc"])
def test_on_the_pods_own_disk_it_begins_anew(tmp_path, folder):
    rehearsal = rehearsal_of(tmp_path, training(folder), CLAIM)

    assert rehearsal.tasks["Trainer"].state is State.LOST
    assert not list(tmp_path.rglob("epoch"))


def test_the_rest_of_the_parameter_and_folders_elsewhere_stay(tmp_path):
    script = "print(values['custom_config'])"
    rehearsal = rehearsal_of(tmp_path, training("gs://bucket/checkpoints", script), CLAIM)

    found = json.loads(rehearsal.tasks["Trainer"].log.read_text())
    assert found == {"checkpoints": "gs://bucket/checkpoints", "experiment": "{}"}
