"""Sends requests from several clients at once, and measures them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from pipeline.bench.serving.senders import Send, Sender
from pipeline.bench.serving.server_process import ServerProcess


@dataclass(frozen=True)
class Load:
    """What some clients measured. Times are in seconds."""

    name: str
    clients: int
    requests: int
    images: int  # In one request.
    seconds: float
    cpu_seconds: float  # Of the server.
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


def measure(sender: Sender, server: ServerProcess, clients: int, seconds: float) -> Load:
    """Clients, each in a thread, send requests one after another, for about some seconds.

    Each sends at least one; a first one, before the measurement, opens its connection.
    """
    sends = [sender.open(server) for _ in range(clients)]
    with ThreadPoolExecutor(clients) as pool:
        size = max(pool.map(lambda send: send(), sends))
        barrier = threading.Barrier(clients)
        start, cpu = time.perf_counter(), server.measure_cpu()
        parts = list(pool.map(lambda send: _repeat(send, barrier, seconds), sends))
        spent, cpu_spent = time.perf_counter() - start, server.measure_cpu() - cpu
    times = np.concatenate(parts)
    p50, p99 = np.percentile(times, [50, 99])
    return Load(
        name=sender.name,
        clients=clients,
        requests=len(times),
        images=sender.images,
        seconds=spent,
        cpu_seconds=cpu_spent,
        p50=float(p50),
        p99=float(p99),
        bytes=size,
    )


def _repeat(send: Send, barrier: threading.Barrier, seconds: float) -> np.ndarray:
    """The times of the requests that one client sends."""
    barrier.wait()
    end = time.perf_counter() + seconds
    times: list[float] = []
    while not times or time.perf_counter() < end:
        times.append(time_call(send))
    return np.array(times)


def measure_calls(
    name: str, call: Callable[[], object], seconds: float, *, images: int = 1
) -> Load:
    """Calls in this process, one after another: the limit of any server."""
    call()
    start, cpu = time.perf_counter(), time.process_time()
    times: list[float] = []
    while not times or time.perf_counter() < start + seconds:
        times.append(time_call(call))
    p50, p99 = np.percentile(times, [50, 99])
    return Load(
        name=name,
        clients=0,
        requests=len(times),
        images=images,
        seconds=time.perf_counter() - start,
        cpu_seconds=time.process_time() - cpu,
        p50=float(p50),
        p99=float(p99),
        bytes=0,
    )


def time_call(call: Callable[[], object]) -> float:
    """Seconds of one call."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start
