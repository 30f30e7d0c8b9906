"""The progress of a rehearsal on the terminal."""

from __future__ import annotations

import io

from rich.console import Console

from pipeline.kubeflow.rehearsal.view import View, build_table
from tests.fakes.kubeflow.rehearsed import WRITES, build_pipeline, rehearse, step


def shown(tmp_path, **steps):
    console = Console(file=io.StringIO(), width=200)
    rehearsal = rehearse(tmp_path, build_pipeline(steps), listener=View(console))
    console.print(build_table(rehearsal))
    return rehearsal, console.file.getvalue()


def test_each_step_is_shown_with_its_place_and_time(tmp_path):
    _, text = shown(tmp_path, A=step(WRITES, makes=["model"]), B=step(""))

    lines = text.splitlines()
    assert lines[0] == " 1/2 A"
    assert lines[1].startswith("      done in ")
    assert lines[2] == " 2/2 B"
    assert "Rehearsal SUCCEEDED" in text


def test_a_failure_shows_the_end_and_the_path_of_the_log(tmp_path):
    rehearsal, text = shown(tmp_path, A=step("sys.exit('[no] data')"), B=step(""))

    assert "exit status 1" in text
    assert "[no] data" in text
    assert f"Log: {rehearsal.tasks['A'].log}" in text
    assert " 2/2 B: not run" in text


def test_a_failed_attempt_is_shown(tmp_path):
    policy = {"maxRetryCount": 1, "backoffMaxDuration": "60s"}

    _, text = shown(tmp_path, A=step("sys.exit(7)", retries=policy))

    assert "attempt 1 failed: exit status 7" in text
    assert "attempt 2" in text


def test_a_cached_step_is_shown_as_unchanged(tmp_path):
    steps = {"A": step(WRITES, makes=["model"], cached=True)}
    shown(tmp_path, **steps)

    _, text = shown(tmp_path, **steps)

    assert "unchanged" in text
