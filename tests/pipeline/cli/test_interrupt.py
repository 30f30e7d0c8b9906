"""Tests Ctrl-C during a run."""

from __future__ import annotations

import subprocess
import sys

from pipeline.exit_codes import INTERRUPTED

IN_A_FINALIZER = """
import os, signal
from pipeline.cli.interrupt import end_at_interrupt

class Library:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)
        for _ in range(1000):  # Python calls handlers between two steps of its own.
            pass

signal.signal(signal.SIGINT, signal.default_int_handler)
with end_at_interrupt("Run it again."):
    library = Library()
    del library
"""


def test_ctrl_c_in_a_finalizer_of_a_library_ends_the_run():
    run = subprocess.run([sys.executable, "-c", IN_A_FINALIZER], capture_output=True, check=False)

    assert run.returncode == INTERRUPTED
    assert run.stderr == b"\nInterrupted. Run it again.\n"
