"""No request fails while versions are pushed, promoted and rolled back, and memory stays flat."""

from __future__ import annotations

import contextlib
import socket
import sys
import threading
import time
from dataclasses import dataclass, field

import httpx
import pytest

from pipeline.bench.serving.server_process import ServerProcess, run_server
from serving.terminal import Table, console
from tests.fakes.saved_models import draw
from tests.soak import rollouts
from tests.soak.rollouts import Rollouts
from tests.soak.traffic import Traffic

MODEL = "colours"
CLIENTS = {False: 8, True: 32}  # By whether the test is long.
SAMPLES = 20  # Of the memory.
WARM = 1 / 10  # Of the time: in ten minutes, the first one.
GROWTH = 1.05
LONG = 2.0  # Minutes from which memory is judged: before, caches are still filled.


@dataclass
class MemoryWatch:
    """The server's memory in bytes, by the seconds since the start."""

    server: ServerProcess
    seconds: float
    samples: dict[float, int] = field(default_factory=dict)

    @contextlib.contextmanager
    def run(self):
        """Reads the memory SAMPLES times, or more, until the end of the block."""
        ended, start = threading.Event(), time.monotonic()

        def watch():
            while not ended.wait(self.seconds / SAMPLES):
                self.samples[time.monotonic() - start] = self.server.measure_memory()

        thread = threading.Thread(target=watch)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def show(self):
        table = Table("seconds", "memory of the server")
        for second, memory in list(self.samples.items())[:: len(self.samples) // SAMPLES + 1]:
            table.add_row(f"{second:.0f}", f"{memory / 2**20:,.0f} MiB")
        console.print(table)

    @property
    def growth(self):
        """The last sample, as a multiple of the first one after the warm-up."""
        warm = [m for second, m in self.samples.items() if second >= WARM * self.seconds]
        return warm[-1] / warm[0]


@pytest.fixture
def rolled(tmp_path):
    return Rollouts(tmp_path, MODEL)


@pytest.fixture
def server(rolled):
    ports = [find_free_port() for _ in range(2)]
    flags = {
        "port": ports[0],
        "rest_api_port": ports[1],
        "model_config_file": rolled.config,
        "model_config_file_poll_wait_seconds": 1,
        "file_system_poll_wait_seconds": 1,
        "rest_api_timeout_in_ms": 300_000,  # A busy machine is not an error of the server.
        # Without it, the first configuration cannot name labels: no version is available yet.
        "allow_version_labels_for_unavailable_models": "true",
    }
    command = [sys.executable, "-m", "serving.server", *(f"--{k}={v}" for k, v in flags.items())]
    with run_server(command) as process:
        server = ServerProcess(f"127.0.0.1:{ports[0]}", f"http://127.0.0.1:{ports[1]}", process.pid)
        rollouts.wait(lambda: process.poll() is not None or is_ready(server))
        assert process.poll() is None, "the server has ended"
        yield server


def test_no_request_fails_while_versions_come_and_go(server, rolled, request):
    minutes = request.config.getoption("--soak-minutes")
    is_long = minutes >= LONG
    pushes, clients = (10 if is_long else 1), CLIENTS[is_long]
    traffic, memory = Traffic(server, MODEL, draw("red", 64, 48)), MemoryWatch(server, minutes * 60)

    start = time.monotonic()
    with memory.run(), traffic.run(clients):
        for version in range(1, pushes + 1):
            rolled.roll_out(server, stable=version, new=version + 1)
            sleep_until(start + version / pushes * minutes * 60)

    memory.show()
    console.print(f"{dict(traffic.answered)} answered")
    assert list(traffic.failures) == []
    assert all(traffic.answered[protocol] for protocol in ("gRPC", "REST"))
    assert not is_long or memory.growth <= GROWTH


def sleep_until(moment):
    time.sleep(max(0.0, moment - time.monotonic()))


def find_free_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


def is_ready(server):
    try:
        return rollouts.read_available(server, f"/v1/models/{MODEL}") == {1}
    except httpx.TransportError:
        return False
