"""The command `fcn serve`. Imports TensorFlow only when it is needed."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from serving import addresses, terminal
from serving.command_options import Host, Port, PushRoot
from serving.terminal import FAILED, WRONG_USE
from serving.versions import find_models

if TYPE_CHECKING:
    from serving.server.models.model_versions import VersionStatus


def serve(
    push_root: PushRoot = Path("served"),
    grpc_port: Port = 8500,
    rest_port: Port = 8501,
    host: Host = "127.0.0.1",
) -> None:
    """Serves the newest version of each model over gRPC and REST, until Ctrl-C."""
    models = _find_models(push_root)
    quiet_tensorflow()
    from serving.server import signals
    from serving.server.local import Server
    from serving.server.protocols.ports import PortTakenError

    server = Server(
        push_root, grpc_port=grpc_port, rest_port=rest_port, host=host, listener=_print_change
    )
    try:
        with signals.interrupted(), server:
            rest = f"http://{addresses.join(host, server.rest_port)}"
            terminal.echo(f"Serving {', '.join(models)} from {push_root.resolve()}")
            terminal.echo(f"  gRPC  grpc://{addresses.join(host, server.grpc_port)}")
            terminal.echo(f"  REST  {rest}/v1/models/{models[0]}")
            signals.wait()
    except PortTakenError as error:
        terminal.fail(str(error), WRONG_USE)
    terminal.echo("Stopped.")


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
