"""Beam's pool of Python workers, for one address of a machine.

It does two things that Beam's own command does not. It listens at one address only: each
TaskManager needs a pool of its own, because two that share a pool give their workers the same ids
and stop each other's. And it restarts workers that were killed: if one had not yet registered,
Flink would wait for it forever.
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

# Exit codes of workers that were killed or crashed. Those that are no longer needed end by
# themselves with another code.
KILLED = {-signal.SIGKILL, -signal.SIGSEGV, -signal.SIGBUS, -signal.SIGABRT}
INTERVAL = 1.0  # Seconds.


class Pool(BeamFnExternalWorkerPoolServicer):
    """Starts a worker process for each request."""

    def __init__(self) -> None:
        super().__init__(use_process=True)
        self._changing = threading.Lock()

    def StopWorker(  # noqa: N802
        self, request: beam_fn_api_pb2.StopWorkerRequest, context: Any
    ) -> beam_fn_api_pb2.StopWorkerResponse:
        """As Beam's, but never while workers are being restarted."""
        with self._changing:
            return super().StopWorker(request, context)

    def restart_killed(self) -> list[str]:
        """Restarts the workers that were killed; returns their names."""
        with self._changing:
            workers = dict(self._worker_processes)
            dead = {name: old for name, old in workers.items() if old.poll() in KILLED}
            for name, old in dead.items():
                worker = subprocess.Popen(old.args, stdout=subprocess.DEVNULL)
                self._worker_processes[name] = worker
        return list(dead)


def main(address: str) -> None:
    """Serves until SIGTERM, which the first process of a container would ignore by default."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    server = grpc.server(ThreadPoolExecutor(), options=[("grpc.so_reuseport", 0)])
    pool = Pool()
    beam_fn_api_pb2_grpc.add_BeamFnExternalWorkerPoolServicer_to_server(pool, server)
    server.add_insecure_port(address)
    server.start()
    print(f"Waiting at {address}.", flush=True)
    try:
        while True:
            time.sleep(INTERVAL)
            for name in pool.restart_killed():
                print(f"Worker {name} was killed: restarted.", flush=True)
    finally:
        server.stop(None)


if __name__ == "__main__":
    main(sys.argv[1])
