"""The commands `fcn compile` and `fcn rehearse`: write the graph for Kubeflow, and try it here."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli import beam_options, options
from pipeline.cli.options import Data, Fast, Name, Set, fail, fail_on_storage_errors, load
from pipeline.exit_codes import FAILED, NOT_BLESSED, WRONG_USE
from pipeline.guard import guard
from pipeline.settings_error import SettingsError
from pipeline.storage_errors import StorageError, name_storage_errors
from serving.commands import quiet_tensorflow
from serving.printable import markup
from serving.terminal import console, say

if TYPE_CHECKING:
    from pipeline.kubeflow.cluster import ClusterSettings
    from pipeline.kubeflow.rehearsal.outcome import Rehearsal
    from pipeline.settings import Settings
    from trainer.config import Experiment

REHEARSED_IMAGE = "fcn-pipeline:rehearsal"  # A name only: a rehearsal starts no containers.

ClusterFile = Annotated[
    Path | None,
    typer.Option(
        "--cluster",
        metavar="FILE",
        help="YAML file with the cluster's settings. Default: FCN_CLUSTER.",
    ),
]
Image = Annotated[
    str, typer.Option(metavar="NAME:TAG", help="Image of the steps. Default: FCN_IMAGE.")
]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output", "-o", metavar="FILE", help="The compiled pipeline. Default: NAME.yaml."
    ),
]
DefaultData = Annotated[
    str, typer.Option(metavar="DIR", help="Default folder of images for runs of this pipeline.")
]
Workdir = Annotated[
    str,
    typer.Option(
        metavar="DIR",
        help="Folder for everything the rehearsal writes. Default: runs/NAME-rehearsal.",
    ),
]
PushRoot = Annotated[
    str,
    typer.Option(metavar="DIR", help="Folder for pushed versions. Default: WORKDIR/served."),
]


def compile_pipeline(
    name: Name,
    output: Output = None,
    cluster: ClusterFile = None,
    image: Image = "",
    data: DefaultData = "",
    fast: Fast = False,
    overrides: Set = [],  # noqa: B006
    beam_runner: beam_options.Runner = "",
    beam: beam_options.Options = [],  # noqa: B006
) -> None:
    """Writes the graph for open-source Kubeflow Pipelines: a file to upload."""
    quiet_tensorflow()
    experiment = load(name, fast=fast, overrides=overrides)
    settings = read_cluster(cluster, image=image, data=data, runner=beam_runner, beam=beam)
    path = output or Path(f"{experiment.name}.yaml")
    write_pipeline(path, experiment, settings)
    show_parameters(experiment, settings)
    shown = markup(path)
    say(f"Wrote {shown}. Upload it with `fcn schedule upload {shown}`.")


def show_parameters(experiment: Experiment, settings: ClusterSettings) -> None:
    """Prints the defaults of a run's parameters, and a warning if pods have no security context."""
    from pipeline.kubeflow import compilation, pods

    for parameter, value in compilation.list_defaults(experiment, settings).items():
        say(f"  {markup(parameter)} = {markup(value)}")
    if not pods.HAS_SECURITY_CONTEXT:
        console.print(
            "This kfp-kubernetes does not support security contexts: pods run as the image's "
            "user, who is not root. Compile on the newer track to set them."
        )


def rehearse(
    name: Name,
    data: Data = "",
    workdir: Workdir = "",
    push_root: PushRoot = "",
    cluster: ClusterFile = None,
    image: Image = "",
    fast: Fast = False,
    overrides: Set = [],  # noqa: B006
) -> None:
    """Runs the compiled graph on this machine as Kubeflow would: each step on an empty disk.

    Exit code: 0 pushed, 3 not blessed, 2 wrong use or input, 1 a step failed. The cluster's secrets
    are read from this shell's environment variables.
    """
    quiet_tensorflow()
    experiment = load(name, fast=fast, overrides=overrides)
    data = options.choose_data(name, data)
    workdir = workdir or f"runs/{experiment.name}-rehearsal"
    # Never FCN_PUSH_ROOT: the versions of a rehearsal must not be served.
    where = options.read_settings(experiment, data, workdir, push_root or f"{workdir}/served")
    settings = read_cluster(cluster, image=image)
    settings = replace(settings, image=settings.image or REHEARSED_IMAGE)
    options.check_weights(experiment)
    with guard(), fail_on_storage_errors(where.workdir, where.push_root):
        ended = run_rehearsal(experiment, where, settings)
    show_pushed(ended)


def show_pushed(ended: Rehearsal) -> None:
    """Prints the pushed version. Ends the command if a step failed or nothing was pushed."""
    if not ended.succeeded:
        fail(describe_failures(ended), FAILED)
    pushed = ended.tasks["Pusher"].outputs.artifacts["pushed_model"].metadata
    if not pushed.get("pushed"):
        from components.metrics import results

        failures = results.list_gate_failures(str(ended.find_artifact("Evaluator", "evaluation")))
        fail("\n".join(["Nothing was pushed.", *failures]), NOT_BLESSED)
    say(f"Pushed: {markup(pushed['pushed_destination'])}")


def describe_failures(ended: Rehearsal) -> str:
    """The steps that failed, and where to read why: a step without a pod has no log."""
    return "\n".join(
        f"{task.name} failed: see {task.log}." if task.log else f"{task.name} failed: {task.reason}"
        for task in ended.failed
    )


def read_cluster(
    file: Path | None, *, image: str, data: str = "", runner: str = "", beam: Iterable[str] = ()
) -> ClusterSettings:
    """The cluster's settings. Ends the command if one is invalid."""
    from pipeline.kubeflow.cluster import ClusterSettings

    try:
        return ClusterSettings.from_env(file, image=image, data=data, runner=runner, beam=beam)
    except SettingsError as error:
        fail(str(error), WRONG_USE)


def write_pipeline(path: Path, experiment: Experiment, cluster: ClusterSettings) -> None:
    """Writes the compiled pipeline. Ends the command if Kubeflow would not run it."""
    import tensorflow as tf

    from pipeline.kubeflow import compilation

    try:
        with name_storage_errors(path):
            compilation.compile_to(path, experiment, cluster)
    except StorageError as error:
        fail(str(error), FAILED)
    except (ValueError, OSError, tf.errors.OpError) as error:
        fail(str(error), WRONG_USE)


def run_rehearsal(experiment: Experiment, where: Settings, cluster: ClusterSettings) -> Rehearsal:
    """Compiles the graph and runs it to its end, with its progress on the terminal."""
    from components.errors import DataError
    from pipeline.kubeflow.rehearsal import view
    from pipeline.local import run as local_run

    try:
        Path(where.workdir).mkdir(parents=True, exist_ok=True)
        where = replace(where, follow_links=cluster.follow_links, corrections=cluster.corrections)
        experiment = local_run.fill_classes(experiment, where)
        with local_run.lock_workdir(where.workdir):
            ended = compile_and_rehearse(experiment, where, cluster)
    except (DataError, NotADirectoryError, FileExistsError) as error:
        fail(str(error), WRONG_USE)
    console.print(view.build_table(ended))
    return ended


def compile_and_rehearse(
    experiment: Experiment, where: Settings, cluster: ClusterSettings
) -> Rehearsal:
    """Writes the compiled pipeline into the working directory, and runs it."""
    from pipeline.kubeflow.rehearsal import run, view
    from pipeline.kubeflow.rehearsal.task_runner import RehearsalOptions

    workdir = Path(where.workdir)
    write_pipeline(workdir / "pipeline.yaml", experiment, cluster)
    return run.rehearse(
        workdir / "pipeline.yaml",
        workdir=workdir,
        parameters={"data": where.data, "served_folder": where.served_folder(experiment.name)},
        options=RehearsalOptions(secrets=read_secrets(cluster), listener=view.View(console)),
    )


def read_secrets(cluster: ClusterSettings) -> dict[str, dict[str, str]]:
    """The values of the cluster's secrets, from those of this shell's variables that are set."""
    return {
        secret.name: {key: os.environ[var] for var, key in secret.env.items() if var in os.environ}
        for secret in cluster.secrets
    }
