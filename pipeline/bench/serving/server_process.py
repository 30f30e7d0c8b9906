"""A server in a process of its own, and what it uses: processor time and memory, on Linux."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")  # In a second.
PAGE = os.sysconf("SC_PAGE_SIZE")  # Bytes.
PRINTED = ("(AVAILABLE)", r"grpc://(\S+)", r"(http://[^/\s]+)")


@dataclass(frozen=True)
class ServerProcess:
    """A running server: its addresses and its process."""

    grpc: str  # HOST:PORT
    rest: str  # http://HOST:PORT
    pid: int

    def measure_cpu(self) -> float:
        """The processor seconds that the server and its child processes have used."""
        return sum(sum(read_stat(pid)[1:3]) for pid in list_tree(self.pid)) / TICKS

    def measure_memory(self) -> int:
        """The resident memory of the server and its child processes, in bytes."""
        return sum(read_stat(pid)[3] for pid in list_tree(self.pid)) * PAGE


@contextmanager
def serve(root: Path) -> Iterator[ServerProcess]:
    """Runs `serve` on free ports until the end of the block, from when a model answers."""
    options = ["--push-root", str(root), "--grpc-port", "0", "--rest-port", "0"]
    command = [sys.executable, "-u", "-m", "serving", "serve", *options]
    with run_server(command) as process:
        yield ServerProcess(*read_addresses(process), process.pid)


@contextmanager
def run_server(command: Sequence[str]) -> Iterator[subprocess.Popen[str]]:
    """Starts the command, and ends it with the block."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate()


def read_addresses(process: subprocess.Popen[str]) -> tuple[str, str]:
    """What `serve` prints: HOST:PORT for gRPC, http://HOST:PORT for REST.

    Waits until a model is available. Raises RuntimeError if the server ends.
    """
    text = ""
    for line in process.stdout or ():
        text += line
        found = [re.search(form, text) for form in PRINTED]
        if all(found):
            _, grpc, rest = (match[1] for match in found if match)
            return grpc, rest
    raise RuntimeError(f"The server ended: {text}")


def list_tree(pid: int) -> list[int]:
    """A process and its descendants."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(path.name)] = read_stat(int(path.name))[0]
        except (FileNotFoundError, ProcessLookupError):  # It has ended.
            continue
    found = [pid]
    for each in found:
        found += [child for child, parent in parents.items() if parent == each]
    return found


def read_stat(pid: int) -> tuple[int, int, int, int]:
    """A process's parent, its ticks in user mode and in the kernel, and its pages: man 5 proc."""
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    parent, user, system, pages = (int(after_name[n]) for n in (1, 11, 12, 21))
    return parent, user, system, pages
