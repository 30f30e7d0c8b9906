"""Commands that talk to a cluster: the options that they share, and its scheduler."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand
from typer.main import get_command

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

_shared = typer.Typer(add_completion=False)


@_shared.command()
def make_endpoint(
    host: Host = "", namespace: Namespace = "", token_file: TokenFile = None, ca: CaFile = None
) -> Endpoint:
    """Declares the options of a ClusterCommand. Returns the endpoint, with the host as given."""
    return Endpoint(host=host, namespace=namespace, token_file=token_file, ca=ca)


class ClusterCommand(TyperCommand):
    """A command that also has the options of `make_endpoint`; its context contains the result."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.shared = get_command(_shared)
        self.params += self.shared.params

    def invoke(self, ctx: Any) -> Any:
        """Passes the shared options to `make_endpoint`, and the others to the command."""
        given = {option.name: ctx.params.pop(option.name) for option in self.shared.params}
        ctx.obj = ctx.invoke(self.shared.callback, **given)
        return super().invoke(ctx)


@contextmanager
def open_scheduler(ctx: typer.Context) -> Iterator[Scheduler]:
    """The scheduler of the cluster that the options of a ClusterCommand name.

    An error in the `with` block ends the command with one sentence and the error's exit code.
    """
    try:
        yield connect_scheduler(replace(ctx.obj, host=check_address(ctx.obj.host)))
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
