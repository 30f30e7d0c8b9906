"""Watches a cluster's jobs beside the run, and kills in the middle of each where told to."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import httpx

from pipeline.flink.cluster import Cluster
from pipeline.flink.rest import Part

EVERY, NOTICED_WITHIN = 0.3, 10.0  # Seconds.


class Watch(threading.Thread):
    """Calls `kill` in each job's middle, until it hits. Use it by `with`.

    In its middle a Python worker has finished a part of a step, and other parts run: `kill` gets
    the number of its TaskManager. A job that was hit does not go on: it begins again.
    """

    def __init__(self, cluster: Cluster, kill: Callable[[int], None] | None = None) -> None:
        super().__init__(daemon=True)
        self._cluster, self._kill = cluster, kill
        self._over = threading.Event()
        self._error: Exception | None = None
        self.killed: dict[int, list[Part]] = {}  # By the job's number: its parts just before.

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
                continue  # A job that ends between two questions.
            except Exception as error:
                self._error = error
                return

    def _look(self) -> None:
        for number, (job, state) in enumerate(self._cluster.flink.jobs().items()):
            if number in self.killed or state != "RUNNING":
                continue
            parts = self._cluster.flink.parts(job)
            for manager in worked_for(parts)[:1]:
                self._kill(manager)
                if self._begins_again(job):
                    self.killed[number] = parts
                    print(f"{time.strftime('%T')} killed in job {number}", flush=True)

    def _begins_again(self, job: str) -> bool:
        deadline = time.monotonic() + NOTICED_WITHIN
        while (state := self._cluster.flink.jobs()[job]) == "RUNNING":
            if time.monotonic() > deadline:
                return False
            time.sleep(0.1)
        return state != "FINISHED"


def worked_for(parts: list[Part]) -> list[int]:
    """The numbers of the TaskManagers whose Python workers have finished parts, while others run.

    Sources are Java's, and end before Python has begun.
    """
    if not any(part.status == "RUNNING" for part in parts):
        return []
    ended = [part for part in parts if part.status == "FINISHED" and "MapPartition" in part.step]
    return [int(part.task_manager.split("-")[1]) for part in ended]
