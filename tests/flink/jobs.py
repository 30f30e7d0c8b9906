"""Flink's jobs, and the TaskManagers on which their parts run, from its REST API."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import httpx

from pipeline.flink.cluster import FlinkCluster


@dataclass(frozen=True)
class Part:
    """One of a step's parallel parts."""

    step: str
    status: str
    task_manager: str
    records: int  # Read so far.
    attempt: int  # From 0: how often it was restarted.


def list_jobs(cluster: FlinkCluster) -> dict[str, str]:
    """The state of each job, the oldest first."""
    jobs = get(cluster, "jobs/overview")["jobs"]
    return {job["jid"]: job["state"] for job in sorted(jobs, key=lambda job: job["start-time"])}


def list_parts(cluster: FlinkCluster, job: str) -> list[Part]:
    """All parts of a job that have a TaskManager."""
    return [
        Part(
            vertex["name"],
            status=subtask["status"],
            task_manager=subtask["taskmanager-id"],
            records=subtask["metrics"]["read-records"],
            attempt=subtask["attempt"],
        )
        for vertex in get(cluster, f"jobs/{job}")["vertices"]
        for subtask in get(cluster, f"jobs/{job}/vertices/{vertex['id']}")["subtasks"]
        if subtask["taskmanager-id"] != "(unassigned)"
    ]


def count_records(parts: list[Part]) -> Counter[str]:
    """How many records the parts on each TaskManager have read."""
    records: Counter[str] = Counter()
    for part in parts:
        records[part.task_manager] += part.records
    return records


def get(cluster: FlinkCluster, path: str) -> Any:
    """An answer of the REST API."""
    answer = httpx.get(f"{cluster.address}/{path}", timeout=30.0, trust_env=False)
    return answer.raise_for_status().json()
