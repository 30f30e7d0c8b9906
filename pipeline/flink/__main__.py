"""`python -m pipeline.flink`: a Flink cluster for Beam on this machine, until Ctrl-C."""

from __future__ import annotations

import signal
import time
from typing import Annotated

import typer

from pipeline.cli.options import fail
from pipeline.exit_codes import FAILED
from pipeline.flink import cluster, jars
from pipeline.flink.errors import ClusterError
from serving import terminal
from serving.terminal import console


def main(
    task_managers: Annotated[int, typer.Option(min=1)] = 2,
    slots: Annotated[int, typer.Option(help="Slots of each TaskManager.", min=1)] = 1,
    flink: Annotated[str, typer.Option(help="Flink's version.")] = jars.Versions.flink,
    beam: Annotated[str, typer.Option(help="Version of Beam's Java side.")] = jars.Versions.beam,
) -> None:
    """Starts a Flink cluster, prints the options of a run on it, and ends it with Ctrl-C."""
    for number in (signal.SIGTERM, signal.SIGHUP):  # They end the cluster as Ctrl-C does.
        signal.signal(number, signal.default_int_handler)
    size = cluster.Size(task_managers=task_managers, slots=slots)
    try:
        with (
            cluster.make_temporary_folder() as folder,
            cluster.run_cluster(folder, size, jars.Versions(flink, beam)) as running,
        ):
            show(running, task_managers * slots)
            while True:
                running.processes.check()
                time.sleep(1.0)
    except ClusterError as error:
        fail(str(error), FAILED)
    except KeyboardInterrupt:
        console.print("Ended.")


def show(running: cluster.FlinkCluster, parallelism: int) -> None:
    """Prints the cluster's address and logs, and the options of a run on it."""
    beam = running.beam(parallelism)
    console.print(f"Flink at http://localhost:{running.ports.rest}, logs in {running.folder}/logs")
    options = ("job_endpoint", "worker_pool", "parallelism")
    words = " ".join(f"--beam {name}={getattr(beam, name)}" for name in options)
    console.print(f"--beam-runner flink {words}", highlight=False, soft_wrap=True)


if __name__ == "__main__":
    terminal.run_function(main)
