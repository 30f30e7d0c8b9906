"""Starts a standalone Flink cluster with Beam's job server and workers on this machine.

It has the parts of a cluster on Kubernetes: a JobManager, TaskManagers, a pool of Python workers
for each TaskManager, and the job server that takes jobs from the pipeline's steps.
"""

from __future__ import annotations

import functools
import os
import shutil
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from pipeline.beam import Beam
from pipeline.flink import configuration, jars
from pipeline.flink.configuration import LOOPBACK, WORKERS, Ports
from pipeline.flink.errors import ClusterError
from pipeline.flink.processes import Processes

ROOT = Path(__file__).parents[2]  # Workers import the project from there.
START_SECONDS = 120.0


@dataclass(frozen=True, kw_only=True)
class Size:
    """The size of a cluster."""

    task_managers: int = 2
    slots: int = 2  # Per TaskManager: one alone can run a whole job.


@dataclass(frozen=True)
class FlinkCluster:
    """A running cluster."""

    folder: Path
    size: Size
    program: tuple[str, str]  # Java and the jars.
    ports: Ports
    processes: Processes

    @property
    def address(self) -> str:
        """The URL of Flink's REST API."""
        return f"http://{LOOPBACK}:{self.ports.rest}"

    def beam(self, parallelism: int) -> Beam:
        """The engine that sends the pipeline's steps to this cluster."""
        return Beam(
            runner="flink",
            parallelism=parallelism,
            job_endpoint=f"localhost:{self.ports.jobs}",
            worker_pool=f"{WORKERS}:{self.ports.workers}",
        )

    def start_task_manager(self, index: int) -> None:
        """Starts a TaskManager, or its replacement: both use the same pool of workers."""
        settings = configuration.make_task_manager_settings(
            self.folder, self.ports, index=index, slots=self.size.slots
        )
        place = configuration.write_settings(self.folder / f"taskmanager-{index}", settings)
        options = (
            f"-Xmx{configuration.HEAP}",
            f"-XX:MaxDirectMemorySize={configuration.DIRECT}",
            f"-Djdk.net.hosts.file={configuration.write_hosts(place, index)}",
        )
        words = (configuration.TASK_MANAGER, "--configDir", str(place))
        self.start_java(f"taskmanager-{index}", options, words)

    def start_java(self, name: str, options: tuple[str, ...], words: tuple[str, ...]) -> None:
        """Starts a Java process."""
        self.processes.start(name, configuration.make_command(self.program, options, words))


@contextmanager
def make_temporary_folder() -> Iterator[Path]:
    """A folder for a cluster. It is kept after a ClusterError, which names the logs in it."""
    folder = Path(tempfile.mkdtemp(prefix="fcn-flink-"))
    failed = False
    try:
        yield folder
    except ClusterError:
        failed = True
        raise
    finally:
        if not failed:
            shutil.rmtree(folder)


@contextmanager
def run_cluster(folder: Path, size: Size, versions: jars.Versions) -> Iterator[FlinkCluster]:
    """A cluster, with its configuration and logs in the folder; it ends with the `with` block.

    Raises ClusterError if it does not start.
    """
    folder.mkdir(parents=True, exist_ok=True)
    program = (jars.find_java(), jars.find_classpath(versions))
    with Processes(folder / "logs") as processes:
        cluster = FlinkCluster(folder, size, program, Ports.find_free(), processes)
        start_job_manager(cluster)
        for index in range(size.task_managers):
            cluster.start_task_manager(index)
            start_worker_pool(cluster, index)
        start_job_server(cluster)
        wait_until_ready(cluster)
        yield cluster


def start_job_manager(cluster: FlinkCluster) -> None:
    """Starts the process that plans the jobs."""
    settings = configuration.make_job_manager_settings(cluster.folder, cluster.ports)
    place = configuration.write_settings(cluster.folder / "jobmanager", settings)
    words = (configuration.JOB_MANAGER, "--configDir", str(place), "--executionMode", "cluster")
    cluster.start_java("jobmanager", ("-Xmx768m",), words)


def start_worker_pool(cluster: FlinkCluster, index: int) -> None:
    """Starts the pool of a TaskManager's Python workers."""
    place = f"{configuration.find_pool_host(index)}:{cluster.ports.workers}"
    command = (sys.executable, "-m", "pipeline.flink.worker_pool", place)
    cluster.processes.start(f"workers-{index}", command, make_worker_variables())


def make_worker_variables() -> dict[str, str]:
    """Variables that make the pool start this Python, with this project."""
    return {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
        "PYTHONPATH": str(ROOT),
        "TF_CPP_MIN_LOG_LEVEL": "2",
    }


def start_job_server(cluster: FlinkCluster) -> None:
    """Starts the process that turns Beam's jobs into Flink's."""
    words = (
        configuration.JOB_SERVER,
        f"--flink-master={LOOPBACK}:{cluster.ports.rest}",
        "--job-host=localhost",
        f"--job-port={cluster.ports.jobs}",
        f"--artifact-port={cluster.ports.artifacts}",
        "--expansion-port=0",
        f"--artifacts-dir={cluster.folder / 'artifacts'}",
    )
    cluster.start_java("jobserver", ("-Xmx768m",), words)


def wait_until_ready(cluster: FlinkCluster) -> None:
    """Raises ClusterError if a process ends, or is not ready in time."""
    count = cluster.size.task_managers
    for n in range(count):
        place = (configuration.find_pool_host(n), cluster.ports.workers)
        wait_for(cluster, f"workers-{n}", functools.partial(is_listening, place))
    wait_for(
        cluster, "jobserver", functools.partial(is_listening, ("localhost", cluster.ports.jobs))
    )
    wait_for(cluster, "jobmanager", lambda: count_task_managers(cluster) == count)


def wait_for(cluster: FlinkCluster, name: str, is_ready: Callable[[], bool]) -> None:
    """Raises ClusterError if the process is not ready in time."""
    deadline = time.monotonic() + START_SECONDS
    while not is_ready():
        cluster.processes.check()
        if time.monotonic() > deadline:
            raise ClusterError(
                f"{name} was not ready within {START_SECONDS:.0f} s: stop other programs that keep "
                f"this machine busy, or read the log. {cluster.processes.read_log_end(name)}"
            )
        time.sleep(0.3)


def is_listening(address: tuple[str, int]) -> bool:
    """Whether a process listens at this host and port."""
    try:
        socket.create_connection(address, timeout=1.0).close()
    except OSError:
        return False
    return True


def count_task_managers(cluster: FlinkCluster) -> int:
    """How many TaskManagers have registered with the JobManager; 0 before it answers."""
    try:
        answer = httpx.get(f"{cluster.address}/taskmanagers", timeout=30.0, trust_env=False)
        return len(answer.raise_for_status().json()["taskmanagers"])
    except httpx.HTTPError:
        return 0
