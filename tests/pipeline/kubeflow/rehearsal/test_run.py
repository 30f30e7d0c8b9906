"""Whole runs: order, failures, exit handler, and cleaning up."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from pipeline.kubeflow.rehearsal.outcome import Refused, TaskState
from pipeline.kubeflow.rehearsal.store import ObjectStore
from tests.fakes.kubeflow.rehearsed import (
    READS,
    WRITES,
    build_pipeline,
    from_parent,
    read_status,
    rehearse,
    step,
    with_exit_handler,
)

READER = {"reads": {"model": ("Trainer", "model")}}


def chain(trainer=WRITES, pusher=READS, **changes):
    steps = {"Trainer": step(trainer, makes=["model"], **changes)}
    return build_pipeline({**steps, "Pusher": step(pusher, **READER)})


def test_an_output_of_one_step_reaches_the_next(tmp_path):
    rehearsal = rehearse(tmp_path, chain())

    assert rehearsal.state == "SUCCEEDED"
    assert rehearsal.tasks["Pusher"].log.read_text() == "trained\n"
    assert (rehearsal.find_artifact("Trainer", "model") / "weights").read_text() == "trained"


def test_the_exit_handler_receives_complete(tmp_path):
    document = with_exit_handler(chain(), tmp_path / "status")

    rehearsal = rehearse(tmp_path, document)

    status = read_status(tmp_path / "status")
    assert status.pop("pipelineJobResourceName").startswith("tiny-")
    assert status == {"error": {}, "pipelineTaskName": "tfx-dag", "state": "COMPLETE"}
    assert rehearsal.state == "SUCCEEDED"


def test_a_failed_step_stops_the_run_and_the_exit_handler_receives_failed(tmp_path):
    document = with_exit_handler(chain(trainer="sys.exit('no data')"), tmp_path / "status")

    rehearsal = rehearse(tmp_path, document)

    assert read_status(tmp_path / "status")["state"] == "FAILED"
    assert rehearsal.state == "FAILED"
    assert [task.name for task in rehearsal.failed] == ["Trainer"]
    assert rehearsal.tasks["Pusher"].state is TaskState.OMITTED
    assert rehearsal.tasks["Trainer"].read_log_tail()[0] == "no data"


def test_no_step_starts_after_a_failure_even_if_it_is_independent(tmp_path):
    steps = {"A": step("sys.exit(1)"), "B": step("print('ran')")}

    rehearsal = rehearse(tmp_path, build_pipeline(steps))

    assert rehearsal.tasks["B"].state is TaskState.OMITTED


def test_the_exit_handler_receives_running_after_a_killed_step(tmp_path):
    document = with_exit_handler(chain(trainer="os.kill(os.getpid(), 9)"), tmp_path / "status")

    rehearsal = rehearse(tmp_path, document)

    assert read_status(tmp_path / "status")["state"] == "RUNNING"
    assert rehearsal.tasks["Trainer"].state is TaskState.LOST
    assert "killed by signal 9" in rehearsal.tasks["Trainer"].reason


def test_the_exit_handler_receives_running_after_a_failed_driver(tmp_path):
    steps = {"Trainer": step("", parameters={"steps": from_parent("steps", "NUMBER_INTEGER")})}
    document = with_exit_handler(build_pipeline(steps), tmp_path / "status")

    rehearsal = rehearse(tmp_path, document)

    assert read_status(tmp_path / "status")["state"] == "RUNNING"
    assert "'steps'" in rehearsal.failed[0].reason


class LosingStore(ObjectStore):
    """Accepts all objects and lists none."""

    def find_below(self, uri):
        return []


def test_a_store_that_loses_an_artifact_fails_the_step_that_needs_it(tmp_path):
    document = with_exit_handler(chain(), tmp_path / "status")

    rehearsal = rehearse(tmp_path, document, store=LosingStore(tmp_path / "store"))

    assert read_status(tmp_path / "status")["state"] == "FAILED"
    assert [task.name for task in rehearsal.failed] == ["Pusher"]
    assert "starts without its input 'model'" in rehearsal.failed[0].warnings[0]


class UnreadableStore(ObjectStore):
    """Lists objects that it cannot read."""

    def get(self, uri, target):
        raise OSError(f"NoSuchKey: {uri}")


def test_a_store_that_lists_a_lost_object_fails_the_download(tmp_path):
    document = with_exit_handler(chain(), tmp_path / "status")

    rehearsal = rehearse(tmp_path, document, store=UnreadableStore(tmp_path / "store"))

    assert read_status(tmp_path / "status")["state"] == "FAILED"
    assert "failed to download input artifact 'model'" in rehearsal.failed[0].reason
    assert "NoSuchKey" in rehearsal.failed[0].reason


def test_an_exit_handler_that_fails_fails_the_run(tmp_path):
    document = with_exit_handler(chain(), tmp_path / "absent" / "status")

    rehearsal = rehearse(tmp_path, document)

    assert rehearsal.state == "FAILED"
    assert [task.name for task in rehearsal.failed] == ["Notification"]


def test_the_listener_receives_each_change_in_order(tmp_path):
    changes = []

    rehearse(tmp_path, chain(), listener=lambda task: changes.append((task.name, task.state)))

    assert changes == [
        ("tfx-dag", TaskState.RUNNING),
        ("Trainer", TaskState.RUNNING),
        ("Trainer", TaskState.SUCCEEDED),
        ("Pusher", TaskState.RUNNING),
        ("Pusher", TaskState.SUCCEEDED),
        ("tfx-dag", TaskState.SUCCEEDED),
    ]


def test_no_files_of_the_pods_are_left(tmp_path):
    rehearse(tmp_path, chain(trainer="pathlib.Path('relative').write_text('lost')\n" + WRITES))

    assert not [path for path in tmp_path.rglob("*") if path.name in ("relative", "staged")]


def test_a_missing_parameter_without_default_is_refused(tmp_path):
    document = build_pipeline({"A": step("")}, {"data": {"parameterType": "STRING"}})

    with pytest.raises(Refused, match="'data' has no default"):
        rehearse(tmp_path, document)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_processes_end_with_the_rehearsal(tmp_path, number):
    script = f"import time; open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid()))"
    document = build_pipeline({"A": step(f"{script}\ntime.sleep(60)")})
    (tmp_path / "slow.yaml").write_text(yaml.safe_dump(document))
    code = (
        "from pathlib import Path; from pipeline.kubeflow.rehearsal.run import *;"
        f"rehearse(Path({str(tmp_path / 'slow.yaml')!r}), workdir=Path({str(tmp_path / 'w')!r}),"
        "parameters={}, options=RehearsalOptions())"
    )
    run = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.DEVNULL)

    wait_until(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text())
    run.send_signal(number)

    assert run.wait(30) != 0
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)
    assert list(Path(tmp_path, "w", "pods").iterdir()) == []


def wait_until(true):
    end = time.monotonic() + 30
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)
