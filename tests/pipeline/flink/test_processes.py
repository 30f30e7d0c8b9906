"""Processes that end with the one that started them, however that ends."""

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

# A process with a child of its own; the second is deaf to SIGTERM.
CHILD = "import time; time.sleep(600)"
WITH_CHILD = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {CHILD!r}])"
DEAF = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {CHILD}"
STARTER = """
import os, sys, time
from pathlib import Path
from pipeline.flink.processes import Processes

with Processes(Path(sys.argv[1])) as processes:
    processes.start("parent", (sys.executable, "-c", sys.argv[2]))
    print(processes.pid("parent"), flush=True)
    if sys.argv[3] == "fail":
        raise RuntimeError("in the middle")
    time.sleep(600)
"""


def members(group: int) -> list[int]:
    """The processes of a group that are no more than a name in the table."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, number = stat.read_text().rpartition(")")[2].split()[:3]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(number) == group and state not in "ZX":
            found.append(int(stat.parent.name))
    return found


def eventually(is_so) -> bool:
    deadline = time.monotonic() + 60
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.05)
    return is_so()


def starter(folder: Path, code: str, then: str = "wait") -> tuple[subprocess.Popen, int]:
    """A process that starts another one, and the group of that."""
    root = Path(__file__).parents[3]
    command = (sys.executable, "-c", STARTER, str(folder), code, then)
    process = subprocess.Popen(
        command, cwd=root, text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert process.stdout
    group = int(process.stdout.readline())
    assert then == "fail" or eventually(lambda: members(group))
    return process, group


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_signal_ends_what_was_started_and_its_children(tmp_path, number):
    process, group = starter(tmp_path, WITH_CHILD)
    assert eventually(lambda: len(members(group)) == 2)

    process.send_signal(number)

    assert process.wait(60) != 0
    assert eventually(lambda: not members(group))


def test_an_error_ends_them(tmp_path):
    process, group = starter(tmp_path, WITH_CHILD, "fail")

    assert process.wait(60) == 1
    assert eventually(lambda: not members(group))


def test_one_that_is_deaf_is_killed(tmp_path):
    process, group = starter(tmp_path, DEAF)

    process.send_signal(signal.SIGINT)

    assert process.wait(60) != 0
    assert eventually(lambda: not members(group))


def test_the_end_of_the_block_waits_for_theirs(tmp_path):
    with Processes(tmp_path) as processes:
        processes.start("parent", (sys.executable, "-c", WITH_CHILD))
        group = processes.pid("parent")

    assert members(group) == []


def test_one_that_ended_by_itself_is_an_error_with_the_end_of_its_log(tmp_path):
    with Processes(tmp_path) as processes:
        processes.start("short", (sys.executable, "-c", "print('no such thing'); exit(3)"))
        os.waitid(os.P_PID, processes.pid("short"), os.WEXITED | os.WNOWAIT)

        with pytest.raises(ClusterError, match=r"short ended with 3.*\n.*no such thing"):
            processes.check()


def test_one_that_was_killed_is_no_error(tmp_path):
    with Processes(tmp_path) as processes:
        processes.start("parent", (sys.executable, "-c", WITH_CHILD))
        group = processes.pid("parent")
        assert eventually(lambda: len(members(group)) == 2)

        processes.kill("parent")

        processes.check()
        assert eventually(lambda: not members(group))
