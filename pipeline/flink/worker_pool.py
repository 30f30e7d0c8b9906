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
import time
from concurrent.futures import ThreadPoolExecutor

import grpc
from apache_beam.portability.api import beam_fn_api_pb2_grpc
from apache_beam.runners.worker.worker_pool_main import BeamFnExternalWorkerPoolServicer

# Of a worker that the system killed, or that broke down; one that has nobody to work for any more
# ends by itself, with another code.
KILLED = {-signal.SIGKILL, -signal.SIGSEGV, -signal.SIGBUS, -signal.SIGABRT}
EVERY = 1.0  # Seconds.


class Pool(BeamFnExternalWorkerPoolServicer):
    """Starts a worker, which is a process, for each request."""

    def __init__(self) -> None:
        super().__init__(use_process=True)

    def revive(self) -> list[str]:
        """Starts workers again that were killed. Returns their names."""
        workers = self._worker_processes
        dead = [name for name, worker in list(workers.items()) if worker.poll() in KILLED]
        for name in dead:
            workers[name] = subprocess.Popen(workers[name].args, stdout=subprocess.DEVNULL)
        return dead


def main(address: str) -> None:
    """Serves until it is ended."""
    server = grpc.server(ThreadPoolExecutor(), options=[("grpc.so_reuseport", 0)])
    pool = Pool()
    beam_fn_api_pb2_grpc.add_BeamFnExternalWorkerPoolServicer_to_server(pool, server)
    server.add_insecure_port(address)
    server.start()
    print(f"Waiting at {address}.", flush=True)
    while True:
        time.sleep(EVERY)
        for name in pool.revive():
            print(f"Worker {name} was killed: it begins again.", flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
