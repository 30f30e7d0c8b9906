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
    """Calls `kill` with each job's number in the job's middle, until it hits. Use it by `with`.

    In its middle a step that Python works at has ended, and others run. A job that was hit does not
    go on: it begins again.
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
            if is_in_its_middle(self._cluster.flink.states(job)):
                parts = self._cluster.flink.parts(job)
                self._kill(number)
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


def is_in_its_middle(states: dict[str, str]) -> bool:
    """By the states of the steps: sources are Java's, and end before Python has begun."""
    ended = [name for name, state in states.items() if state == "FINISHED"]
    return any("MapPartition" in name for name in ended) and "RUNNING" in states.values()
