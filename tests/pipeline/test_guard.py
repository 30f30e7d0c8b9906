"""Processes that end with the one that started them, however that ends."""

from __future__ import annotations

import shlex
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest

from pipeline import guard

SLEEP = "import time; time.sleep(600)"
DEAF = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SLEEP}"
CHILD = [sys.executable, "-c", SLEEP]
NESTED = f"""
import subprocess
from pipeline import guard
with guard.guard():
    subprocess.run({CHILD})
"""
STARTERS = {
    "child": f"subprocess.Popen({CHILD})",
    "deaf": f"subprocess.Popen({[sys.executable, '-c', DEAF]})",
    "in-a-shell": f"subprocess.Popen({shlex.join(CHILD)!r}, shell=True)",
    "in-another-session": f"subprocess.Popen({CHILD}, start_new_session=True)",
    "with-another-environment": (
        f"subprocess.Popen({CHILD}, env={{'A': 'b', **guard.list_marks()}})"
    ),
    "in-a-guarded-child": f"subprocess.Popen({[sys.executable, '-c', NESTED]})",
}
PROGRAM = """
import subprocess, sys, time
from pipeline import guard

with guard.guard():
    {start}
    print(flush=True)
    {then}
"""
BEAM = """
import time
import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions
from pipeline import guard
from pipeline.beam import Beam

with guard.guard(), beam.Pipeline(options=PipelineOptions(list(Beam(parallelism=2).args))) as run:
    run | beam.Create([600, 600]) | beam.Reshuffle() | beam.Map(time.sleep)
"""
STEP = f"""
import pathlib
from pipeline import guard
from pipeline.kubeflow.rehearsal.pod import run_process

with guard.guard(), open("/dev/null") as log:
    run_process({CHILD}, folder=pathlib.Path("."), environment={{"A": "b"}}, log=log, limit=0)
"""
NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)


def run(code: str) -> tuple[subprocess.Popen, str]:
    """A program, and a mark by which the test finds it, its guard and all that it starts."""
    mark = f"{guard.PREFIX}{uuid.uuid4().hex}"
    command = ["env", f"{mark}=1", sys.executable, "-c", code]
    program = subprocess.Popen(
        command, cwd=Path(__file__).parents[2], stderr=subprocess.DEVNULL, stdout=subprocess.PIPE
    )
    return program, mark


def eventually(is_so) -> bool:
    deadline = time.monotonic() + 60
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.05)
    return is_so()


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("start", STARTERS)
def test_a_signal_ends_all_that_was_started(start, number):
    program, mark = run(PROGRAM.format(start=STARTERS[start], then="time.sleep(600)"))
    program.stdout.readline()
    assert eventually(lambda: len(set(guard.find_processes(mark)) - {program.pid}) >= 2)

    program.send_signal(number)

    assert program.wait(60) != 0
    assert eventually(lambda: not set(guard.find_processes(mark)))


@pytest.mark.parametrize(
    ("code", "started"),
    [pytest.param(BEAM, 3, id="beam-workers"), pytest.param(STEP, 2, id="rehearsed-step")],
)
def test_what_our_commands_start_ends_when_they_are_killed(code, started):
    program, mark = run(code)
    assert eventually(lambda: len(set(guard.find_processes(mark)) - {program.pid}) >= started)

    program.kill()

    assert program.wait(60) != 0
    assert eventually(lambda: not set(guard.find_processes(mark)))


def test_an_error_ends_them():
    program, mark = run(PROGRAM.format(start=STARTERS["child"], then="1 / 0"))

    assert program.wait(60) == 1
    assert not set(guard.find_processes(mark))


def test_the_end_of_the_block_waits_for_theirs_and_leaves_others_alone():
    other = subprocess.Popen(CHILD)
    with guard.guard():
        child = subprocess.Popen(CHILD, start_new_session=True)

    assert child.poll() == -signal.SIGTERM
    assert other.poll() is None
    other.kill()
    other.wait()
