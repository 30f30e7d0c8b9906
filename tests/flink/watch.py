"""Watches a cluster's jobs during a run, and kills a process in the middle of each."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import httpx

from pipeline.flink.cluster import FlinkCluster
from tests.flink.jobs import Part, list_jobs, list_parts

EVERY, NOTICED_WITHIN = 0.3, 10.0  # Seconds.


class Watch(threading.Thread):
    """Calls `kill` in each job's middle until it hits. Use it in a `with` block.

    In the middle a Python worker has finished a part of a step while other parts run: `kill` gets
    the index of that worker's TaskManager. A job that is hit restarts.
    """

    def __init__(
        self, cluster: FlinkCluster, kill: Callable[[FlinkCluster, int], None] | None = None
    ) -> None:
        super().__init__(daemon=True)
        self._cluster, self._kill = cluster, kill
        self._over = threading.Event()
        self._error: Exception | None = None
        self.killed: dict[
            int, list[Part]
        ] = {}  # Each job's parts just before, by the job's number.

    def __enter__(self) -> Watch:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self.join()
        if self._error:
            raise self._error

    def run(self) -> None:
        while self._kill and not self._over.wait(EVERY):
            try:
                self._look()
            except httpx.HTTPError:
                continue  # A job that ends between two requests.
            except Exception as error:
                self._error = error
                return

    def _look(self) -> None:
        for number, (job, state) in enumerate(list_jobs(self._cluster).items()):
            if number in self.killed or state != "RUNNING":
                continue
            parts = list_parts(self._cluster, job)
            for index in find_task_managers(parts)[:1]:
                self._kill(self._cluster, index)
                if self._restarts(job):
                    self.killed[number] = parts
                    print(f"{time.strftime('%T')} killed in job {number}", flush=True)

    def _restarts(self, job: str) -> bool:
        deadline = time.monotonic() + NOTICED_WITHIN
        while (state := list_jobs(self._cluster)[job]) == "RUNNING":
            if time.monotonic() > deadline:
                return False
            time.sleep(0.1)
        return state != "FINISHED"


def find_task_managers(parts: list[Part]) -> list[int]:
    """The indices of TaskManagers whose Python workers have finished parts while others run.

    Sources do not count: they are Java's, and end before Python starts.
    """
    if not any(part.status == "RUNNING" for part in parts):
        return []
    ended = [part for part in parts if part.status == "FINISHED" and "MapPartition" in part.step]
    return [int(part.task_manager.split("-")[1]) for part in ended]
