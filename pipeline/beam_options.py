"""The options by which commands choose the engine for Beam."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.terminal import WRONG_USE, fail

if TYPE_CHECKING:
    from pipeline.settings import Cluster

Runner = Annotated[
    str,
    typer.Option(
        "--beam-runner",
        metavar="NAME",
        help="Runs the Beam steps: direct, flink, spark or dataflow; direct if not given.",
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


def for_run(runner: str, options: list[str], places: dict[str, str]) -> tuple[str, ...]:
    """Beam's arguments for a run on this machine; what does not fit is refused.

    The places are as the user gave them, by their options.
    """
    from pipeline import beam_runner

    try:
        beam = beam_runner.parse(runner or "direct", options)
        if beam.runner == "dataflow":
            raise ValueError(
                "--beam-runner dataflow: `fcn run` keeps its artifacts on this machine, which "
                "Dataflow's workers do not see. Use `fcn compile`, with beam.shared in a bucket."
            )
        beam_runner.check_places(beam, places)
    except ValueError as error:
        fail(str(error), WRONG_USE)
    return beam.args


def places(model: str, *, data: str, workdir: str) -> dict[str, str]:
    """What a run reads and writes, as it was given: a path made absolute tells nobody of others."""
    return {
        "--data": data or os.environ.get("FCN_DATA", ""),
        "--workdir": workdir or os.environ.get("FCN_WORKDIR", "") or f"runs/{model}",
    }


def for_cluster(cluster: Cluster, runner: str, options: list[str]) -> Cluster:
    """The cluster with the engine given, its file's where none is; what does not fit is refused."""
    from pipeline import beam_runner

    if not (runner or options):
        return cluster
    try:
        chosen = beam_runner.parse(runner or "direct", options)
        found = replace(cluster, beam=chosen)
        _ = found.beam_args
    except ValueError as error:
        fail(str(error), WRONG_USE)
    return found
