"""Kills a cluster's processes, as kill -9 does."""

from __future__ import annotations

import os
import signal
from contextlib import suppress

from pipeline.flink.cluster import FlinkCluster
from tests.flink.process_groups import list_members


def replace_task_manager(cluster: FlinkCluster, index: int) -> None:
    """Kills a TaskManager and starts another one, as Kubernetes does with its pods."""
    process = cluster.processes.running[f"taskmanager-{index}"]
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    cluster.start_task_manager(index)


def kill_worker(cluster: FlinkCluster, index: int) -> None:
    """Kills the newest Python worker of a TaskManager, if there is one.

    Older ones may already be ending by themselves.
    """
    pool = cluster.processes.running[f"workers-{index}"].pid
    for worker in [pid for pid in list_members(pool) if pid != pool][-1:]:
        with suppress(ProcessLookupError):
            os.kill(worker, signal.SIGKILL)
