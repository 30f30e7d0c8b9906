"""The options by which commands choose the engine for Beam."""

from __future__ import annotations

from typing import Annotated

import typer

from pipeline.cli.options import fail
from pipeline.exit_codes import WRONG_USE

Runner = Annotated[
    str,
    typer.Option(
        "--beam-runner",
        metavar="NAME",
        help="Runs the Beam steps: direct, flink, spark or dataflow. If not given, what the "
        "cluster's file says, or direct.",
    ),
]
Options = Annotated[
    list[str],
    typer.Option(
        "--beam",
        metavar="NAME=VALUE",
        help="Tells where the runner is: job_endpoint, parallelism ... Repeatable.",
    ),
]


def for_run(
    runner: str, options: list[str], model: str, *, data: str, workdir: str
) -> tuple[str, ...]:
    """Beam's arguments for a run on this machine; what does not fit is refused.

    The places are as the user gave them: a path made absolute tells nobody of others.
    """
    from pipeline import beam as engines
    from pipeline import settings

    try:
        check_local(runner, options)
        beam = engines.parse(runner, options)
        data, workdir = settings.raw_places(model, data=data, workdir=workdir)
        engines.check_places(beam, {"--data": data, "--workdir": workdir})
    except ValueError as error:
        fail(str(error), WRONG_USE)
    return beam.args


def check_local(runner: str, options: list[str]) -> None:
    """Raises ValueError for what only a run on Kubeflow has a use for."""
    if runner == "dataflow":
        raise ValueError(
            "--beam-runner dataflow: `fcn run` keeps its artifacts on this machine, which "
            "Dataflow's workers do not see. Use `fcn compile`, with beam.shared in a bucket."
        )
    for option in options:
        if option.startswith("shared="):
            raise ValueError(
                f"--beam {option} is for Kubeflow, whose steps have disks of their own: leave it "
                "out. `fcn run` keeps its artifacts in --workdir, which the workers share."
            )
