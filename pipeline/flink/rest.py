"""What Flink's REST API says of its jobs, and on which TaskManagers their parts run."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import httpx


@dataclass(frozen=True)
class Part:
    """One of a step's parallel parts."""

    step: str
    status: str
    task_manager: str
    records: int  # Read so far.
    attempt: int  # From 0: how often it began again.


class Flink:
    """A cluster's REST API. Use it in a `with` block."""

    def __init__(self, address: str) -> None:
        self._http = httpx.Client(base_url=address, timeout=30.0, trust_env=False)

    def __enter__(self) -> Flink:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def task_managers(self) -> list[str]:
        """Those that have registered."""
        return [found["id"] for found in self._get("/taskmanagers")["taskmanagers"]]

    def jobs(self) -> dict[str, str]:
        """The states of all jobs, the oldest first."""
        found = self._get("/jobs/overview")["jobs"]
        return {job["jid"]: job["state"] for job in sorted(found, key=lambda j: j["start-time"])}

    def parts(self, job: str) -> list[Part]:
        """All parts of a job that have a TaskManager."""
        return [
            part(vertex["name"], subtask)
            for vertex in self._get(f"/jobs/{job}")["vertices"]
            for subtask in self._get(f"/jobs/{job}/vertices/{vertex['id']}")["subtasks"]
            if subtask["taskmanager-id"] != "(unassigned)"
        ]

    def _get(self, path: str) -> Any:
        return self._http.get(path).raise_for_status().json()


def part(step: str, subtask: dict[str, Any]) -> Part:
    """Of what the API says of a subtask."""
    return Part(
        step,
        status=subtask["status"],
        task_manager=subtask["taskmanager-id"],
        records=subtask["metrics"]["read-records"],
        attempt=subtask["attempt"],
    )


def records_by_task_manager(parts: list[Part]) -> Counter[str]:
    """How many records the parts on each TaskManager have read."""
    counted: Counter[str] = Counter()
    for found in parts:
        counted[found.task_manager] += found.records
    return counted
