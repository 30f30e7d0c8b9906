"""The options by which commands choose the engine for Beam."""

from __future__ import annotations

from typing import Annotated

import typer

from pipeline.cli.options import fail
from pipeline.exit_codes import WRONG_USE
from pipeline.settings_error import SettingsError

Runner = Annotated[
    str,
    typer.Option(
        "--beam-runner",
        metavar="NAME",
        help="Engine of the Beam steps: direct, flink, spark or dataflow. Default: the engine of "
        "the cluster's file, or direct.",
    ),
]
Options = Annotated[
    list[str],
    typer.Option(
        "--beam",
        metavar="NAME=VALUE",
        help="A setting of the engine: job_endpoint, parallelism ... Repeatable.",
    ),
]


def read_local_args(
    runner: str, options: list[str], model: str, *, data: str, workdir: str
) -> tuple[str, ...]:
    """Beam's command line for a run on this machine. Ends the command if an option is invalid.

    Takes the folders as the user wrote them, since workers elsewhere need absolute paths.
    """
    from pipeline import beam as engines
    from pipeline import settings

    try:
        check_local(runner, options)
        beam = engines.parse(runner, options)
        data, workdir = settings.read_places(model, data=data, workdir=workdir)
        engines.check_reachable(beam, {"--data": data, "--workdir": workdir})
    except SettingsError as error:
        fail(str(error), WRONG_USE)
    return beam.args


def read_bulk_args(runner: str, options: list[str], places: dict[str, str]) -> tuple[str, ...]:
    """Beam's command line for bulk predictions. Ends the command if an option is invalid.

    `places` are folders by the option that named them: the engine's workers must see them.
    """
    from pipeline import beam as engines

    try:
        check_shared(options, "The workers of `fcn predict --bulk` see its folders.")
        beam = engines.parse(runner, options)
        engines.check_reachable(beam, places)
    except SettingsError as error:
        fail(str(error), WRONG_USE)
    return beam.args


def check_local(runner: str, options: list[str]) -> None:
    """Raises SettingsError for what only works on Kubeflow."""
    if runner == "dataflow":
        raise SettingsError(
            "--beam-runner dataflow: `fcn run` keeps its artifacts on this machine, which "
            "Dataflow's workers do not see. Use `fcn compile` with beam.shared in a bucket.",
            name="--beam-runner",
            value=runner,
        )
    check_shared(options, "The workers of `fcn run` share --workdir.")


def check_shared(options: list[str], instead: str) -> None:
    """Raises SettingsError for the folder that only Kubeflow's steps share."""
    for option in options:
        if option.startswith("shared="):
            raise SettingsError(
                f"--beam {option} is for Kubeflow only: leave it out. {instead}",
                name="--beam",
                value=option,
            )
