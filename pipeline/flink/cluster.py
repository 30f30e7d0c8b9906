"""Starts a standalone Flink cluster with Beam's job server and workers, on this machine.

Its parts are those of a cluster on Kubernetes: one JobManager, TaskManagers, beside each of them a
pool of Python workers, and the job server that takes jobs from the pipeline's steps.
"""

from __future__ import annotations

import functools
import os
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

from pipeline.beam import Beam
from pipeline.flink import configuration, jars
from pipeline.flink.configuration import LOOPBACK, WORKERS, Ports
from pipeline.flink.errors import ClusterError
from pipeline.flink.processes import Processes
from pipeline.flink.rest import Flink

ROOT = Path(__file__).parents[2]  # Workers find the project's functions there.
START_SECONDS = 120.0


@dataclass(frozen=True, kw_only=True)
class Size:
    """How large a cluster is."""

    task_managers: int = 2
    slots: int = 2  # Of each: enough for all parts of a job when another one is gone.


@dataclass(frozen=True)
class Cluster:
    """A cluster that runs."""

    folder: Path
    size: Size
    program: tuple[str, str]  # Java and the jars.
    ports: Ports
    processes: Processes
    flink: Flink

    def beam(self, parallelism: int) -> Beam:
        """What hands it the jobs of the pipeline's steps."""
        return Beam(
            runner="flink",
            parallelism=parallelism,
            job_endpoint=f"localhost:{self.ports.jobs}",
            worker_pool=f"{WORKERS}:{self.ports.workers}",
        )

    def start_task_manager(self, index: int) -> None:
        """Starts one, or its successor, which the pool of workers serves as well."""
        settings = configuration.task_manager(
            self.folder, self.ports, index=index, slots=self.size.slots
        )
        place = configuration.write(self.folder / f"taskmanager-{index}", settings)
        options = (
            f"-Xmx{configuration.HEAP}",
            f"-XX:MaxDirectMemorySize={configuration.DIRECT}",
            f"-Djdk.net.hosts.file={configuration.write_hosts(place, index)}",
        )
        words = (configuration.TASK_MANAGER, "--configDir", str(place))
        self.start_java(f"taskmanager-{index}", options, words)

    def start_java(self, name: str, options: tuple[str, ...], words: tuple[str, ...]) -> None:
        """Starts one of the Java processes."""
        self.processes.start(name, configuration.command(self.program, options, words))

    def kill_task_manager(self, index: int) -> None:
        """Ends one at once; its workers lose whom they work for."""
        self.processes.kill(f"taskmanager-{index}")

    def kill_worker(self, index: int) -> None:
        """Ends the newest Python worker beside a TaskManager at once, where there is one."""
        for worker in self.workers(index)[-1:]:  # Those before it may have been told to end.
            with suppress(ProcessLookupError):
                os.kill(worker, signal.SIGKILL)

    def workers(self, index: int) -> list[int]:
        """The Python workers beside a TaskManager: what its pool has started."""
        pool = self.processes.pid(f"workers-{index}")
        return [pid for pid in group_members(pool) if pid != pool]


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """One for a cluster. It stays where the cluster fails: the error names its logs."""
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
def running(folder: Path, size: Size, versions: jars.Versions) -> Iterator[Cluster]:
    """A cluster with its configuration and logs in the folder; at the end all of it ends.

    Raises ClusterError where it does not start.
    """
    folder.mkdir(parents=True, exist_ok=True)
    program = (jars.java(), jars.classpath(versions))
    ports = Ports.free()
    address = f"http://{LOOPBACK}:{ports.rest}"
    with Processes(folder / "logs") as processes, Flink(address) as flink:
        cluster = Cluster(folder, size, program, ports, processes, flink)
        start_job_manager(cluster)
        for index in range(size.task_managers):
            cluster.start_task_manager(index)
            start_worker_pool(cluster, index)
        start_job_server(cluster)
        wait_until_ready(cluster)
        yield cluster


def start_job_manager(cluster: Cluster) -> None:
    """The process that plans the jobs."""
    settings = configuration.job_manager(cluster.folder, cluster.ports)
    place = configuration.write(cluster.folder / "jobmanager", settings)
    words = (configuration.JOB_MANAGER, "--configDir", str(place), "--executionMode", "cluster")
    cluster.start_java("jobmanager", ("-Xmx768m",), words)


def start_worker_pool(cluster: Cluster, index: int) -> None:
    """The pool of a TaskManager's Python workers."""
    place = f"{configuration.pool_host(index)}:{cluster.ports.workers}"
    command = (sys.executable, "-m", "pipeline.flink.worker_pool", place)
    cluster.processes.start(f"workers-{index}", command, worker_variables())


def worker_variables() -> dict[str, str]:
    """The pool starts `python`, whatever that is: this one, with this project."""
    return {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
        "PYTHONPATH": str(ROOT),
        "TF_CPP_MIN_LOG_LEVEL": "2",
    }


def start_job_server(cluster: Cluster) -> None:
    """The process that turns Beam's jobs into Flink's."""
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


def wait_until_ready(cluster: Cluster) -> None:
    """Raises ClusterError where a process ends, or the time is over."""
    count = cluster.size.task_managers
    for n in range(count):
        place = (configuration.pool_host(n), cluster.ports.workers)
        wait_for(cluster, f"workers-{n}", functools.partial(answers, place))
    wait_for(cluster, "jobserver", functools.partial(answers, ("localhost", cluster.ports.jobs)))
    wait_for(cluster, "jobmanager", lambda: registered(cluster.flink) == count)


def wait_for(cluster: Cluster, name: str, is_there: Callable[[], bool]) -> None:
    """Raises ClusterError where what a process has to do is not done in time."""
    deadline = time.monotonic() + START_SECONDS
    while not is_there():
        cluster.processes.check()
        if time.monotonic() > deadline:
            raise ClusterError(
                f"{name} was not ready within {START_SECONDS:.0f} s: end what else keeps this "
                f"machine busy, or see why. {cluster.processes.end_of_log(name)}"
            )
        time.sleep(0.3)


def answers(place: tuple[str, int]) -> bool:
    """Whether somebody listens there."""
    try:
        socket.create_connection(place, timeout=1.0).close()
    except OSError:
        return False
    return True


def registered(flink: Flink) -> int:
    """How many TaskManagers the JobManager knows; none before it answers."""
    try:
        return len(flink.task_managers())
    except httpx.HTTPError:
        return 0


def group_members(group: int) -> list[int]:
    """The processes of a group."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if os.getpgid(int(entry.name)) == group:
                    found.append(int(entry.name))
            except ProcessLookupError:
                continue
    return sorted(found)
