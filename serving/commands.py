"""The command `fcn serve`. Imports TensorFlow only when it is needed."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from serving import addresses, terminal
from serving.command_options import Browser, Host, Port, PushRoot, Ui
from serving.terminal import FAILED, WRONG_USE
from serving.versions import find_models

if TYPE_CHECKING:
    from serving.server.local import Server
    from serving.server.models.model_versions import VersionStatus

HERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # This machine, if a server listens on all addresses.


def serve(
    push_root: PushRoot = Path("served"),
    grpc_port: Port = 8500,
    rest_port: Port = 8501,
    host: Host = "127.0.0.1",
    ui: Ui = False,
    browser: Browser = True,
) -> None:
    """Serves the newest version of each model over gRPC and REST, until Ctrl-C.

    With --ui, a browser opens a page on the REST port: drop an image on it, and it shows the
    model's answer.
    """
    models = _find_models(push_root)
    quiet_tensorflow()
    from serving.server.local import Server
    from serving.server.protocols.ports import PortTakenError
    from serving.server.ui.pages import make_pages

    server = Server(
        push_root,
        grpc_port=grpc_port,
        rest_port=rest_port,
        host=host,
        listener=_print_change,
        pages=make_pages(lambda: find_models(push_root)) if ui else {},
    )
    try:
        _run(server, models, push_root, show_page=ui, browser=browser)
    except PortTakenError as error:
        terminal.fail(str(error), WRONG_USE)
    terminal.echo("Stopped.")


def _run(
    server: Server, models: list[str], push_root: Path, *, show_page: bool, browser: bool
) -> None:
    """Serves until Ctrl-C."""
    from serving.server import signals

    with signals.interrupted(), server:
        terminal.echo(f"Serving {', '.join(models)} from {push_root.resolve()}")
        _print_addresses(server, models[0])
        if show_page:
            _show_page(server, browser=browser)
        signals.wait()


def _print_addresses(server: Server, model: str) -> None:
    rest = f"http://{addresses.join(server.host, server.rest_port)}"
    terminal.echo(f"  gRPC  grpc://{addresses.join(server.host, server.grpc_port)}")
    terminal.echo(f"  REST  {rest}/v1/models/{model}")


def _show_page(server: Server, *, browser: bool) -> None:
    """Prints the address of the page, and opens it if that is wanted."""
    from serving.server.ui.browser import open_address

    page = f"http://{addresses.join(HERE.get(server.host, server.host), server.rest_port)}/"
    terminal.echo(f"  Page  {page}")
    if browser:
        open_address(page)


def _find_models(push_root: Path) -> list[str]:
    try:
        models = list(find_models(push_root))
    except OSError as error:
        terminal.fail(
            f"Cannot read {error.filename or push_root}: {error.strerror or error}.", FAILED
        )
    if not models:
        terminal.fail(
            f"No <model>/<version>/ in {push_root.resolve()}: train a model with "
            "`fcn run flowers --data DIR`, or set --push-root to another folder.",
            WRONG_USE,
        )
    return models


def quiet_tensorflow() -> None:
    """Silences its warnings about missing GPUs and old Pythons. Call it before the import."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    warnings.filterwarnings("ignore", category=FutureWarning, module="google")


def _print_change(status: VersionStatus) -> None:
    text = f"{status.model} version {status.version}: {status.state.name}"
    terminal.echo(f"{text} {status.error}".rstrip(), err=bool(status.error))
