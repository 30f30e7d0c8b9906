"""When a task need not run again."""

from __future__ import annotations

import pytest

from pipeline.kubeflow.rehearsal.outcome import TaskState
from tests.fakes.kubeflow.rehearsed import (
    READS,
    WRITES,
    build_pipeline,
    from_parent,
    rehearse,
    step,
)

STEPS = {"parameterType": "NUMBER_INTEGER", "defaultValue": 1.0}


def pipeline(image=None, script=WRITES):
    """A cached Trainer that reads a parameter, and a Pusher that always runs."""
    steps = {"steps": from_parent("steps", "NUMBER_INTEGER")}
    trainer = step(script, makes=["model"], cached=True, parameters=steps)
    pusher = step(READS, reads={"model": ("Trainer", "model")})
    document = build_pipeline({"Trainer": trainer, "Pusher": pusher}, {"steps": STEPS})
    if image:
        document["deploymentSpec"]["executors"]["Trainer_executor"]["container"]["image"] = image
    return document


def test_an_unchanged_second_run_reuses_the_artifacts_with_their_ids(tmp_path):
    first, second = (rehearse(tmp_path, pipeline()) for _ in range(2))

    assert second.tasks["Trainer"].cached
    assert second.tasks["Trainer"].attempts == 0
    made = [run.tasks["Trainer"].outputs.artifacts["model"] for run in (first, second)]
    assert made[0] == made[1]


def test_a_step_without_caching_runs_each_time(tmp_path):
    _, second = (rehearse(tmp_path, pipeline()) for _ in range(2))

    assert second.tasks["Pusher"].state is TaskState.SUCCEEDED
    assert second.tasks["Pusher"].log.read_text() == "trained\n"


@pytest.mark.parametrize(
    ("container", "run"),
    [
        pytest.param({}, {"parameters": {"steps": 2}}, id="parameter"),
        pytest.param({}, {"caching": False}, id="caching-off"),
        pytest.param({}, {"publish_logs": False}, id="no-logs"),
        pytest.param({"image": "registry.local/fcn:2"}, {}, id="image"),
        pytest.param({"script": WRITES + "\n"}, {}, id="command"),
    ],
)
def test_a_changed_step_runs_again(tmp_path, container, run):
    rehearse(tmp_path, pipeline())

    second = rehearse(tmp_path, pipeline(**container), **run)

    assert second.tasks["Trainer"].state is TaskState.SUCCEEDED


def test_a_step_that_failed_is_not_cached(tmp_path):
    once = f"""
seen = pathlib.Path({str(tmp_path / "seen")!r})
if not seen.exists():
    seen.touch()
    sys.exit(1)
"""
    document = pipeline(script=once + WRITES)

    first, second = (rehearse(tmp_path, document) for _ in range(2))

    assert first.tasks["Trainer"].state is TaskState.FAILED
    assert second.tasks["Trainer"].state is TaskState.SUCCEEDED


def test_cached_artifacts_of_another_bucket_break_the_next_step(tmp_path):
    rehearse(tmp_path, pipeline())

    second = rehearse(tmp_path, pipeline(), pipeline_root="minio://other/root")

    assert second.tasks["Trainer"].cached
    assert "Invalid region" in second.tasks["Pusher"].reason
    assert "caching off" in second.tasks["Pusher"].reason
