"""`fcn predict --tiled` in a process of its own: how far it is, its memory, and its end."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from pipeline.bench.large.inputs import MODEL

PAUSE = 0.02  # Seconds between two looks at the process.
STATUS = re.compile(r"VmHWM:\s+(\d+) kB")  # The most memory so far: man 5 proc.
CONTINUES = re.compile(r"continues after ([\d,]+) of")


class Run(NamedTuple):
    """One process, from its start to its end."""

    seconds: float
    memory: int  # Its peak, in bytes.
    code: int  # Its exit code; negative: the signal that ended it.
    output: str  # Of stdout and stderr.

    @property
    def resumed(self) -> int:
        """The tiles that were finished at its start."""
        found = CONTINUES.search(self.output)
        return int(found[1].replace(",", "")) if found else 0


def predict(address: str, image: Path, out: Path, is_over: Callable[[], bool]) -> Run:
    """Answers an image; kills the process with SIGKILL when `is_over`."""
    options = ["--server", f"grpc://{address}", "--model", MODEL, "--timeout", "300", "--json"]
    command = [sys.executable, "-m", "serving", "predict", "--tiled", "--output", str(out)]
    start, memory, log = time.perf_counter(), 0, out.with_suffix(".log")
    with (
        log.open("wb") as file,
        subprocess.Popen(
            [*command, *options, str(image)], stdout=file, stderr=subprocess.STDOUT
        ) as process,
    ):
        while process.poll() is None:
            memory = max(memory, read_memory(process.pid))
            if is_over():
                process.send_signal(signal.SIGKILL)
                process.wait()
            time.sleep(PAUSE)
    seconds = time.perf_counter() - start
    return Run(seconds, memory, process.returncode, log.read_text(errors="replace"))


def read_memory(pid: int) -> int:
    """The peak memory of a process in bytes; 0 if it has ended."""
    try:
        found = STATUS.search(Path(f"/proc/{pid}/status").read_text())
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return int(found[1]) * 1024 if found else 0
