"""The options of `fcn schedule ...` that describe a run, a recurring run or its times."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from pipeline.kubeflow.schedule.errors import WrongUseError

CompiledPath = Annotated[
    Path, typer.Argument(metavar="FILE", help="Compiled pipeline, written by `fcn compile`.")
]
UploadName = Annotated[
    str,
    typer.Option(
        "--pipeline", metavar="NAME", help="Name of the pipeline. Default: the name in the file."
    ),
]
UploadVersion = Annotated[
    str,
    typer.Option(
        "--version", metavar="NAME", help="Name of the version. Default: a hash of the content."
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
RunId = Annotated[
    str, typer.Argument(metavar="ID", help="ID of the run: the last part of its link.")
]
Wait = Annotated[
    bool, typer.Option("--wait", "--follow", help="Prints each change of the run until it ends.")
]
Cron = Annotated[str, typer.Argument(metavar="CRON", help="Five fields, or @daily.")]
NewJobName = Annotated[
    str,
    typer.Option(
        "--job", metavar="NAME", help="Name of the recurring run. Default: the pipeline's name."
    ),
]
Replace = Annotated[
    bool, typer.Option("--replace", help="Replaces the recurring run of the same name.")
]


def read_time_zone(name: str) -> ZoneInfo:
    """The zone of the option. Raises WrongUseError if it is unknown."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise WrongUseError(
            f"--time-zone {name!r} is unknown: give a name such as UTC or Europe/Berlin."
        ) from error
