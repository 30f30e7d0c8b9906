"""Asks from several clients at once, and measures what they and the server need."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from threading import BrokenBarrierError

import numpy as np

from pipeline.bench.serving.senders import Sender
from pipeline.bench.serving.server_process import ServerProcess

PROCESSES = get_context("forkserver")  # A process that has called a model must not fork.
PROCESSES.set_forkserver_preload(["pipeline.bench.serving.senders"])


@dataclass(frozen=True)
class Load:
    """What some clients measured. Times are in seconds."""

    name: str
    clients: int
    requests: int
    images: int  # In one request.
    seconds: float
    cpu_seconds: float  # Of the server.
    client_cpu_seconds: float
    p50: float
    p99: float
    bytes: float  # Of a request and its answer.

    @property
    def rate(self) -> float:
        """Images per second."""
        return self.requests * self.images / self.seconds

    @property
    def cpu(self) -> float:
        """The server's processor seconds for an image."""
        return self.cpu_seconds / (self.requests * self.images)

    @property
    def client_cpu(self) -> float:
        """The client's processor seconds for an image."""
        return self.client_cpu_seconds / (self.requests * self.images)


@dataclass(frozen=True)
class _Part:
    """What one client measured."""

    times: list[float]
    cpu_seconds: float
    bytes: int


class Clients(AbstractContextManager["Clients"]):
    """Processes that ask; each runs one client at a time."""

    def __init__(self, counts: Sequence[int]) -> None:
        """`counts` are the numbers of clients that will be measured."""
        self._barriers = {count: PROCESSES.Barrier(count + 1) for count in counts}
        self._pool = ProcessPoolExecutor(
            max(counts), PROCESSES, initializer=_keep, initargs=(self._barriers,)
        )

    def measure(self, sender: Sender, server: ServerProcess, clients: int, seconds: float) -> Load:
        """Clients ask one request after another, for about some seconds.

        Each asks at least once; a first request, before the measurement, opens its connection.
        """
        parts = [self._pool.submit(_ask, sender, server, clients, seconds) for _ in range(clients)]
        with suppress(BrokenBarrierError):  # A client failed: its result below raises why.
            self._barriers[clients].wait()
        start, cpu = time.perf_counter(), server.measure_cpu()
        measured = [part.result() for part in parts]
        spent, cpu_spent = time.perf_counter() - start, server.measure_cpu() - cpu
        times = np.concatenate([part.times for part in measured])
        p50, p99 = np.percentile(times, [50, 99])
        return Load(
            name=sender.name,
            clients=clients,
            requests=len(times),
            images=sender.images,
            seconds=spent,
            cpu_seconds=cpu_spent,
            client_cpu_seconds=sum(part.cpu_seconds for part in measured),
            p50=float(p50),
            p99=float(p99),
            bytes=max(part.bytes for part in measured),
        )

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown()


_barriers: dict[int, Barrier] = {}  # Of a client's process: they pass only when it starts.


def _keep(barriers: dict[int, Barrier]) -> None:
    _barriers.update(barriers)


def _ask(sender: Sender, server: ServerProcess, clients: int, seconds: float) -> _Part:
    """Runs in a client's process."""
    try:
        send = sender.open(server)
        size = send()
    except BaseException:
        _barriers[clients].abort()  # Nobody waits for this client.
        raise
    _barriers[clients].wait()
    cpu = time.process_time()
    times = _repeat(send, seconds)
    return _Part(times, time.process_time() - cpu, size)


def _repeat(call: Callable[[], object], seconds: float) -> list[float]:
    """The times of calls, one after another."""
    end = time.perf_counter() + seconds
    times: list[float] = []
    while not times or time.perf_counter() < end:
        times.append(time_call(call))
    return times


def measure_calls(
    name: str, call: Callable[[], object], seconds: float, *, images: int = 1
) -> Load:
    """Calls in this process, one after another: the limit of any server."""
    call()
    start, cpu = time.perf_counter(), time.process_time()
    times = _repeat(call, seconds)
    p50, p99 = np.percentile(times, [50, 99])
    return Load(
        name=name,
        clients=0,
        requests=len(times),
        images=images,
        seconds=time.perf_counter() - start,
        cpu_seconds=time.process_time() - cpu,
        client_cpu_seconds=0.0,
        p50=float(p50),
        p99=float(p99),
        bytes=0,
    )


def time_call(call: Callable[[], object]) -> float:
    """Seconds of one call."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start
