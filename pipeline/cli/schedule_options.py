"""The options of `fcn schedule ...`, and the scheduler of the cluster that they name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from pipeline.cli.options import fail
from pipeline.kubeflow.schedule.endpoint import TOKEN, Endpoint, check_address
from pipeline.kubeflow.schedule.errors import ScheduleError, WrongUseError

if TYPE_CHECKING:
    from pipeline.kubeflow.schedule.scheduler import Scheduler

Host = Annotated[
    str,
    typer.Option(
        envvar="FCN_KFP_HOST", metavar="URL", help="The API, or the user interface in front of it."
    ),
]
Namespace = Annotated[
    str,
    typer.Option(
        envvar="FCN_KFP_NAMESPACE",
        metavar="NAME",
        help="Your namespace. Required on multi-user installations only.",
    ),
]
TokenFile = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help=f"File with your token. Default: the variable {TOKEN}.",
    ),
]
CaFile = Annotated[
    Path | None,
    typer.Option(
        envvar="FCN_KFP_CA",
        metavar="FILE",
        help="The authority that signed the host's certificate, as PEM.",
    ),
]
TimeZone = Annotated[
    str,
    typer.Option(
        "--time-zone",
        envvar="FCN_KFP_TIME_ZONE",
        metavar="ZONE",
        help="The time zone of the cluster's controller. It changes only what is printed.",
    ),
]
PipelineName = Annotated[str, typer.Argument(metavar="NAME", help="A pipeline that was uploaded.")]
Version = Annotated[
    str, typer.Option(metavar="NAME", help="Version of the pipeline. Default: the newest.")
]
Parameters = Annotated[
    list[str], typer.Option("--param", metavar="NAME=VALUE", help="A parameter. Repeatable.")
]
PipelineRoot = Annotated[
    str,
    typer.Option(
        envvar="FCN_PIPELINE_ROOT",
        metavar="URI",
        help="Folder for artifacts: minio://, s3:// or gs://BUCKET/PREFIX. Default: the cluster's "
        "root.",
    ),
]
ExperimentName = Annotated[
    str,
    typer.Option("--experiment", metavar="NAME", help="Groups runs. Default: the pipeline's name."),
]
Account = Annotated[str, typer.Option(metavar="NAME", help="The steps' service account.")]
Every = Annotated[
    float, typer.Option(metavar="SECONDS", min=0.01, help="How often to check the run.")
]
JobName = Annotated[str, typer.Argument(metavar="NAME", help="Name or id of a recurring run.")]


@contextmanager
def open_scheduler(
    host: str, namespace: str, token_file: Path | None, ca: Path | None
) -> Iterator[Scheduler]:
    """The scheduler of the cluster that the options name.

    An error in the `with` block ends the command with one sentence and the error's exit code.
    """
    try:
        address = check_address(host)
        endpoint = Endpoint(host=address, namespace=namespace, token_file=token_file, ca=ca)
        yield connect_scheduler(endpoint)
    except ScheduleError as error:
        fail(str(error), error.exit_code)


def connect_scheduler(endpoint: Endpoint) -> Scheduler:
    """kfp takes seconds to import, and is an optional dependency: hence the imports in here."""
    try:
        from pipeline.kubeflow.schedule.client import connect
        from pipeline.kubeflow.schedule.scheduler import Scheduler
    except ImportError as error:
        raise WrongUseError(
            f"{error.name} is not installed: `pip install 'fcn-pipeline[kubeflow]'`."
        ) from error
    return Scheduler(connect(endpoint))


def read_time_zone(name: str) -> ZoneInfo:
    """The zone of the option. Raises WrongUseError if it is unknown."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise WrongUseError(
            f"--time-zone {name!r} is unknown: give a name such as UTC or Europe/Berlin."
        ) from error
