"""Processes end with the one that started them, in whatever way that ends."""

from __future__ import annotations

import os
import sys

import pytest

from pipeline.flink.errors import ClusterError
from pipeline.flink.processes import Processes
from tests.flink.process_groups import list_members

CHILD = "import time; time.sleep(600)"
WITH_CHILD = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {CHILD!r}])"


def test_the_end_of_the_block_waits_for_the_processes(tmp_path):
    with Processes(tmp_path) as processes:
        processes.start("parent", (sys.executable, "-c", WITH_CHILD))
        group = processes.running["parent"].pid

    assert list_members(group) == []


def test_a_process_that_ended_is_an_error_with_the_end_of_its_log(tmp_path):
    with Processes(tmp_path) as processes:
        processes.start("short", (sys.executable, "-c", "print('no such thing'); exit(3)"))
        os.waitid(os.P_PID, processes.running["short"].pid, os.WEXITED | os.WNOWAIT)

        with pytest.raises(ClusterError, match=r"short exited with code 3.*\n.*no such thing"):
            processes.check()
