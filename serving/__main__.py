"""`python -m serving serve` and `predict`; `predict` over REST needs no TensorFlow."""

from __future__ import annotations

import sys

import typer

from serving import commands, terminal
from serving.prediction.command import predict

# Packages that only the local server and gRPC need; the client's image lacks them.
SERVER_ONLY = {"google", "grpc", "starlette", "tensorflow", "tensorflow_serving", "uvicorn"}

app = typer.Typer(
    help="Serves models, and gets predictions from served models.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(commands.serve)
app.command()(predict)


def main() -> None:
    """Runs the commands; without TensorFlow, prints what works without it."""
    try:
        terminal.run_commands(app, "python -m serving")
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] not in SERVER_ONLY:
            raise
        typer.echo(
            f"{error.name} is not installed: the local server and gRPC need it. "
            "Use REST: `python -m serving predict --server http://HOST:8501 IMAGE`.",
            err=True,
        )
        sys.exit(terminal.WRONG_USE)


if __name__ == "__main__":
    main()
