"""Processes end with the one that started them, in whatever way that ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline.flink.errors import ClusterError
from pipeline.flink.processes import Processes
from tests.flink.process_groups import list_members

# WITH_CHILD has a child of its own; DEAF ignores SIGTERM.
CHILD = "import time; time.sleep(600)"
WITH_CHILD = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {CHILD!r}])"
DEAF = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {CHILD}"
STARTER = """
import os, sys, time
from pathlib import Path
from pipeline.flink.processes import Processes

with Processes(Path(sys.argv[1])) as processes:
    processes.start("parent", (sys.executable, "-c", sys.argv[2]))
    print(processes.running["parent"].pid, flush=True)
    if sys.argv[3] == "fail":
        raise RuntimeError("in the middle")
    time.sleep(600)
"""


def wait_for(is_so) -> bool:
    deadline = time.monotonic() + 60
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.05)
    return is_so()


def start(folder: Path, code: str, then: str = "wait") -> tuple[subprocess.Popen, int]:
    """A process that starts another one, and the other one's group."""
    root = Path(__file__).parents[3]
    command = (sys.executable, "-c", STARTER, str(folder), code, then)
    process = subprocess.Popen(
        command, cwd=root, text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert process.stdout
    group = int(process.stdout.readline())
    assert then == "fail" or wait_for(lambda: list_members(group))
    return process, group


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_signal_ends_the_processes_and_their_children(tmp_path, number):
    process, group = start(tmp_path, WITH_CHILD)
    assert wait_for(lambda: len(list_members(group)) == 2)

    process.send_signal(number)

    assert process.wait(60) != 0
    assert wait_for(lambda: not list_members(group))


def test_an_error_ends_them(tmp_path):
    process, group = start(tmp_path, WITH_CHILD, "fail")

    assert process.wait(60) == 1
    assert wait_for(lambda: not list_members(group))


def test_a_process_that_ignores_sigterm_is_killed(tmp_path):
    process, group = start(tmp_path, DEAF)

    process.send_signal(signal.SIGINT)

    assert process.wait(60) != 0
    assert wait_for(lambda: not list_members(group))


def test_the_end_of_the_block_waits_for_the_processes(tmp_path):
    with Processes(tmp_path) as processes:
        processes.start("parent", (sys.executable, "-c", WITH_CHILD))
        group = processes.running["parent"].pid

    assert list_members(group) == []


def test_a_process_that_ended_is_an_error_with_the_end_of_its_log(tmp_path):
    with Processes(tmp_path) as processes:
        processes.start("short", (sys.executable, "-c", "print('no such thing'); exit(3)"))
        os.waitid(os.P_PID, processes.running["short"].pid, os.WEXITED | os.WNOWAIT)

        with pytest.raises(ClusterError, match=r"short ended with 3.*\n.*no such thing"):
            processes.check()
