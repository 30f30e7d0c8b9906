"""Beam's pool of Python workers, as one address of a machine has it.

It does two things that Beam's own command does not. It listens at one address only: on one machine
each TaskManager needs a pool of its own, since two that share one number their workers alike, and
either ends the other's. And it starts a worker again that was killed: where that had not yet
reported itself, Flink would wait for it for ever.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
from apache_beam.portability.api import beam_fn_api_pb2, beam_fn_api_pb2_grpc
from apache_beam.runners.worker.worker_pool_main import BeamFnExternalWorkerPoolServicer

# Of a worker that the system killed, or that broke down; one that has nobody to work for any more
# ends by itself, with another code.
KILLED = {-signal.SIGKILL, -signal.SIGSEGV, -signal.SIGBUS, -signal.SIGABRT}
EVERY = 1.0  # Seconds.


class Pool(BeamFnExternalWorkerPoolServicer):
    """Starts a worker, which is a process, for each request."""

    def __init__(self) -> None:
        super().__init__(use_process=True)
        self._changing = threading.Lock()

    def StopWorker(  # noqa: N802
        self, request: beam_fn_api_pb2.StopWorkerRequest, context: Any
    ) -> beam_fn_api_pb2.StopWorkerResponse:
        """As Beam's, but never while workers are started again."""
        with self._changing:
            return super().StopWorker(request, context)

    def revive(self) -> list[str]:
        """Starts workers again that were killed. Returns their names."""
        with self._changing:
            workers = dict(self._worker_processes)
            dead = {name: old for name, old in workers.items() if old.poll() in KILLED}
            for name, old in dead.items():
                worker = subprocess.Popen(old.args, stdout=subprocess.DEVNULL)
                self._worker_processes[name] = worker
        return list(dead)


def main(address: str) -> None:
    """Serves until it is ended, as the first process of a container too: those ignore SIGTERM."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    server = grpc.server(ThreadPoolExecutor(), options=[("grpc.so_reuseport", 0)])
    pool = Pool()
    beam_fn_api_pb2_grpc.add_BeamFnExternalWorkerPoolServicer_to_server(pool, server)
    server.add_insecure_port(address)
    server.start()
    print(f"Waiting at {address}.", flush=True)
    try:
        while True:
            time.sleep(EVERY)
            for name in pool.revive():
                print(f"Worker {name} was killed: it begins again.", flush=True)
    finally:
        server.stop(None)


if __name__ == "__main__":
    main(sys.argv[1])
