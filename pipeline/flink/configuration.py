"""The configuration of a Flink cluster on one machine, and the commands of its Java processes."""

from __future__ import annotations

import secrets
import socket
from dataclasses import dataclass
from pathlib import Path

LOOPBACK = "127.0.0.1"
WORKERS = "beam-workers"  # Each TaskManager resolves this name to another address.
OPENED = (
    "lang",
    "lang.invoke",
    "lang.reflect",
    "io",
    "net",
    "nio",
    "text",
    "time",
    "util",
    "util.concurrent",
    "util.concurrent.atomic",
    "util.concurrent.locks",
)
JAVA_OPTIONS = (
    *(f"--add-opens=java.base/java.{package}=ALL-UNNAMED" for package in OPENED),
    "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
    "--add-exports=java.base/sun.net.util=ALL-UNNAMED",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss",
    "-XX:+UseSerialGC",  # Few threads: many JVMs share a machine here.
)
JOB_MANAGER = "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint"
TASK_MANAGER = "org.apache.flink.runtime.taskexecutor.TaskManagerRunner"
JOB_SERVER = "org.apache.beam.runners.flink.FlinkJobServerDriver"
# Flink's scripts would compute these from one total. A job of Transform has hundreds of tasks, each
# with buffers in the network memory.
MEMORY = {
    "taskmanager.cpu.cores": "1.0",
    "taskmanager.memory.framework.heap.size": "128m",
    "taskmanager.memory.framework.off-heap.size": "128m",
    "taskmanager.memory.task.heap.size": "768m",
    "taskmanager.memory.task.off-heap.size": "128m",
    "taskmanager.memory.network.min": "1g",
    "taskmanager.memory.network.max": "1g",
    "taskmanager.memory.managed.size": "256m",
    "taskmanager.memory.jvm-metaspace.size": "512m",
    "taskmanager.memory.jvm-overhead.min": "192m",
    "taskmanager.memory.jvm-overhead.max": "192m",
}
# A job that loses a TaskManager or a worker restarts; Beam's own options for this do not work for
# batch jobs. The delay is longer than a dead worker is kept (pipeline.beam.CACHE_MILLIS): an
# attempt that reuses a dead worker extends its lifetime.
RESTARTS, RESTART_DELAY_MILLIS = 20, 20_000
HEAP, DIRECT = "1g", "1536m"  # Of a TaskManager: the sums of the above and a reserve.


@dataclass(frozen=True)
class Ports:
    """The ports of a cluster."""

    rpc: int
    rest: int
    jobs: int
    artifacts: int
    workers: int  # One for all pools: each has an IP address of its own.

    @classmethod
    def find_free(cls) -> Ports:
        """Five ports that are free now."""
        sockets = [socket.create_server((LOOPBACK, 0)) for _ in range(5)]
        ports = [each.getsockname()[1] for each in sockets]
        for each in sockets:
            each.close()
        return cls(*ports)


def find_pool_host(index: int) -> str:
    """The address of a TaskManager's pool: all of 127.0.0.0/8 is this machine."""
    return f"127.0.0.{10 + index}"


def make_job_manager_settings(folder: Path, ports: Ports) -> dict[str, str]:
    """Settings of the JobManager; TaskManagers have them too."""
    return {
        "jobmanager.rpc.address": LOOPBACK,
        "jobmanager.bind-host": LOOPBACK,
        "jobmanager.rpc.port": str(ports.rpc),
        "rest.address": LOOPBACK,
        "rest.bind-address": LOOPBACK,
        "rest.bind-port": str(ports.rest),
        "rest.port": str(ports.rest),
        "web.tmpdir": str(folder),
        "io.tmp.dirs": str(folder),
        "cluster.evenly-spread-out-slots": "true",
        # Long, because a busy machine is not a dead one. A killed process is noticed at once by its
        # closed connections.
        "heartbeat.interval": "3000",
        "heartbeat.timeout": "180000",
        "akka.ask.timeout": "180s",
        # Retries for some 45 s before the job restarts.
        "taskmanager.network.request-backoff.max": "20000",
        # Workers are kept from one step to the next only if Flink itself loads Beam's classes:
        # FlinkExecutableStageContextFactory stops those of classes that came with a job.
        "classloader.resolve-order": "parent-first",
        "restart-strategy": "fixed-delay",
        "restart-strategy.fixed-delay.attempts": str(RESTARTS),
        "restart-strategy.fixed-delay.delay": f"{RESTART_DELAY_MILLIS} ms",
        "web.timeout": "180000",
    }


def make_task_manager_settings(
    folder: Path, ports: Ports, *, index: int, slots: int
) -> dict[str, str]:
    """Settings of one TaskManager.

    A replacement gets a new id: under the old one, Flink would ask it for its predecessor's results
    for minutes.
    """
    return {
        **make_job_manager_settings(folder, ports),
        **MEMORY,
        "taskmanager.resource-id": f"taskmanager-{index}-{secrets.token_hex(3)}",
        "taskmanager.host": LOOPBACK,
        "taskmanager.bind-host": LOOPBACK,
        "taskmanager.numberOfTaskSlots": str(slots),
    }


def write_settings(folder: Path, settings: dict[str, str]) -> Path:
    """Writes the configuration into the folder, which Flink reads."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = (f"{name}: {value}\n" for name, value in settings.items())
    (folder / "flink-conf.yaml").write_text("".join(lines), "utf-8")
    return folder


def write_hosts(folder: Path, index: int) -> Path:
    """Writes a TaskManager's host names, by which it finds its own pool of workers."""
    names = {"localhost": LOOPBACK, socket.gethostname(): LOOPBACK, WORKERS: find_pool_host(index)}
    path = folder / "hosts"
    path.write_text("".join(f"{host} {name}\n" for name, host in names.items()), "utf-8")
    return path


def make_command(
    program: tuple[str, str], options: tuple[str, ...], words: tuple[str, ...]
) -> tuple[str, ...]:
    """Java with the jars and options, then the class and its arguments."""
    java, classpath = program
    return (java, *JAVA_OPTIONS, *options, "-cp", classpath, *words)
