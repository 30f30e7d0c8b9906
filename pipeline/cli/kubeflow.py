"""The commands `fcn compile` and `fcn rehearse`: the graph for Kubeflow, and how it would run."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli import beam_options
from pipeline.cli.options import Fast, Name, Set, console, fail, load, places
from pipeline.exit_codes import FAILED, NOT_BLESSED, WRONG_USE
from serving.commands import quiet_tensorflow

if TYPE_CHECKING:
    from pipeline.kubeflow.cluster import Cluster
    from pipeline.kubeflow.rehearsal.outcome import Rehearsal
    from pipeline.settings import Settings
    from trainer.config import Experiment

REHEARSED_IMAGE = "fcn-pipeline:rehearsal"  # A name only: a rehearsal starts no containers.

ClusterFile = Annotated[
    Path | None,
    typer.Option(
        "--cluster", metavar="FILE", help="Settings of the cluster, as YAML; else FCN_CLUSTER."
    ),
]
Image = Annotated[
    str, typer.Option(metavar="NAME:TAG", help="Runs the steps; FCN_IMAGE if not given.")
]


def compile_pipeline(
    name: Name,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="NAME.yaml if not given."),
    ] = None,
    cluster: ClusterFile = None,
    image: Image = "",
    data: Annotated[
        str, typer.Option(metavar="DIR", help="The images, where a run names no other folder.")
    ] = "",
    fast: Fast = False,
    overrides: Set = [],  # noqa: B006
    beam_runner: beam_options.Runner = "",
    beam: beam_options.Options = [],  # noqa: B006
) -> None:
    """Writes the graph for open-source Kubeflow Pipelines: a file to upload."""
    quiet_tensorflow()
    experiment = load(name, fast=fast, overrides=overrides)
    settings = read_settings(cluster, image=image, data=data, runner=beam_runner, beam=beam)
    path = output or Path(f"{name}.yaml")
    write_pipeline(path, experiment, settings)
    from pipeline.kubeflow import compilation, pods

    for parameter, value in compilation.list_defaults(experiment, settings).items():
        console.print(f"  {parameter} = {value}", highlight=False)
    if not pods.HAS_SECURITY_CONTEXT:
        console.print(
            "This kfp-kubernetes knows no security context: pods run as the image's user, who is "
            "not root. Compile on the newer track to write it down."
        )
    console.print(
        f"{path}: `fcn schedule upload {path}` brings it to a cluster.",
        highlight=False,
        soft_wrap=True,
    )


def rehearse(
    name: Name,
    data: Annotated[
        str, typer.Option(metavar="DIR", help="The folder of images; FCN_DATA if not given.")
    ] = "",
    workdir: Annotated[
        str,
        typer.Option(metavar="DIR", help="Holds all it makes; runs/NAME-rehearsal if not given."),
    ] = "",
    push_root: Annotated[
        str,
        typer.Option(metavar="DIR", help="Holds the versions pushed; WORKDIR/served if not given."),
    ] = "",
    cluster: ClusterFile = None,
    image: Image = "",
    fast: Fast = False,
    overrides: Set = [],  # noqa: B006
) -> None:
    """Runs the compiled graph on this machine as Kubeflow would: each step on an empty disk.

    Exit code: 0 pushed, 3 not blessed, 2 wrong use or input, 1 a step failed. Secrets of the
    cluster's settings are read from this shell's variables.
    """
    quiet_tensorflow()
    experiment = load(name, fast=fast, overrides=overrides)
    workdir = workdir or f"runs/{name}-rehearsal"
    # Never FCN_PUSH_ROOT: nobody means to serve what a rehearsal pushes.
    where = places(experiment, data, workdir, push_root or f"{workdir}/served")
    settings = read_settings(cluster, image=image)
    ended = run_rehearsal(
        experiment, where, replace(settings, image=settings.image or REHEARSED_IMAGE)
    )
    if not ended.succeeded:
        fail(f"The rehearsal ended as {ended.state}.", FAILED)
    pushed = ended.tasks["Pusher"].outputs.artifacts["pushed_model"].metadata
    if not pushed.get("pushed"):
        from components.metrics import results

        failures = results.gate_failures(str(ended.artifact("Evaluator", "evaluation")))
        fail("\n".join(["Nothing was pushed.", *failures]), NOT_BLESSED)
    console.print(f"Pushed: {pushed['pushed_destination']}", highlight=False, soft_wrap=True)


def read_settings(
    file: Path | None, *, image: str, data: str = "", runner: str = "", beam: Iterable[str] = ()
) -> Cluster:
    """The cluster's settings; refuses invalid values."""
    from pipeline.kubeflow.cluster import Cluster

    try:
        return Cluster.from_env(file, image=image, data=data, runner=runner, beam=beam)
    except ValueError as error:
        fail(str(error), WRONG_USE)


def write_pipeline(path: Path, experiment: Experiment, cluster: Cluster) -> None:
    """Compiles the pipeline; refuses what Kubeflow would not run."""
    from pipeline.kubeflow import compilation

    try:
        compilation.compile_to(path, experiment, cluster)
    except (ValueError, OSError) as error:
        fail(str(error), WRONG_USE)


def run_rehearsal(experiment: Experiment, where: Settings, cluster: Cluster) -> Rehearsal:
    """Compiles the graph and rehearses it, with its progress on the terminal."""
    from components.errors import DataError
    from pipeline.kubeflow.rehearsal import run, view
    from pipeline.kubeflow.rehearsal.task_runner import Options
    from pipeline.local import run as local_run

    workdir = Path(where.workdir)
    try:
        workdir.mkdir(parents=True, exist_ok=True)
        experiment = local_run.with_found_classes(experiment, where.data)
        with local_run.alone(where.workdir):
            write_pipeline(workdir / "pipeline.yaml", experiment, cluster)
            ended = run.rehearse(
                workdir / "pipeline.yaml",
                workdir=workdir,
                parameters={
                    "data": where.data,
                    "served_folder": where.served_folder(experiment.name),
                },
                options=Options(secrets=read_secrets(cluster), listener=view.View(console)),
            )
    except (DataError, OSError) as error:
        fail(str(error), WRONG_USE)
    console.print(view.build_table(ended))
    return ended


def read_secrets(cluster: Cluster) -> dict[str, dict[str, str]]:
    """The values of the cluster's secrets in this shell's variables, as far as they are set."""
    return {
        secret.name: {key: os.environ[var] for var, key in secret.env.items() if var in os.environ}
        for secret in cluster.secrets
    }
