"""The options that all commands of `fcn schedule` share: which cluster, and who asks."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from pipeline.cli.options import fail
from pipeline.kubeflow.schedule.endpoint import TOKEN, Endpoint, check_address
from pipeline.kubeflow.schedule.errors import ScheduleError, WrongUseError

if TYPE_CHECKING:
    from pipeline.kubeflow.schedule.scheduler import Scheduler

TimeZone = Annotated[
    str,
    typer.Option(
        "--time-zone",
        envvar="FCN_KFP_TIME_ZONE",
        metavar="ZONE",
        help="The zone that the cluster's controller is set to. It changes what is shown only.",
    ),
]


def scheduler(
    host: Annotated[
        str,
        typer.Option(
            envvar="FCN_KFP_HOST", metavar="URL", help="The API, or the user interface before it."
        ),
    ] = "",
    namespace: Annotated[
        str,
        typer.Option(
            envvar="FCN_KFP_NAMESPACE",
            metavar="NAME",
            help="Yours, where users have their own; single-user installations get none.",
        ),
    ] = "",
    token_file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help=f"Holds the token of who asks; else {TOKEN} does. No option takes the token.",
        ),
    ] = None,
    ca: Annotated[
        Path | None,
        typer.Option(
            envvar="FCN_KFP_CA",
            metavar="FILE",
            help="The authority that signed the host's certificate, as PEM.",
        ),
    ] = None,
) -> Scheduler:
    """The scheduler of the installation that the options name.

    kfp takes seconds to import, and is not there where only a model is asked or served.
    """
    address = check_address(host)
    endpoint = Endpoint(host=address, namespace=namespace, token_file=token_file, ca=ca)
    try:
        from pipeline.kubeflow.schedule.client import connect
        from pipeline.kubeflow.schedule.scheduler import Scheduler
    except ImportError as error:
        raise WrongUseError(
            f"{error.name} is not installed: `pip install 'fcn-pipeline[kubeflow]'`."
        ) from error
    return Scheduler(connect(endpoint))


def on_cluster(command: Callable[..., None]) -> Callable[..., None]:
    """Gives a command the options of `scheduler`, and what it returns as the first argument.

    Errors are one sentence each, and an exit code.
    """
    unread = {"Scheduler": Any}  # No option has this type, and it comes with kfp.
    shared = inspect.signature(scheduler, locals=unread, eval_str=True).parameters
    own = list(inspect.signature(command, locals=unread, eval_str=True).parameters.values())[1:]

    @functools.wraps(command)
    def run(**options: Any) -> None:
        place = {name: options.pop(name) for name in shared}
        try:
            command(scheduler(**place), **options)
        except ScheduleError as error:
            fail(str(error), error.exit_code)

    parameters = [*own, *shared.values()]
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {one.name: one.annotation for one in parameters}
    return run


def time_zone(name: str) -> ZoneInfo:
    """The zone of the option; one that nobody knows is refused."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise WrongUseError(
            f"--time-zone {name!r} is unknown: UTC or Europe/Berlin are such names."
        ) from error
