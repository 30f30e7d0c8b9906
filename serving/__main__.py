"""`python -m serving` is `fcn` without the pipeline: `predict` over REST needs no TensorFlow."""

from __future__ import annotations

import sys

import typer

from serving import commands

# What the local server and gRPC need besides, and an image of the client alone does not have.
SERVER_ONLY = {"google", "grpc", "starlette", "tensorflow", "tensorflow_serving", "uvicorn"}

app = typer.Typer(
    help="Serves models, and asks served models what is on images.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(commands.serve)
app.command()(commands.predict)


def main() -> None:
    """The commands; where TensorFlow is not installed, one sentence says what works without."""
    try:
        app(prog_name="python -m serving")
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] not in SERVER_ONLY:
            raise
        typer.echo(
            f"{error.name} is not installed here, so there is no local server and no gRPC: "
            "ask over REST, as in `predict --server http://HOST:8501 IMAGE`.",
            err=True,
        )
        sys.exit(commands.WRONG_USE)


if __name__ == "__main__":
    main()
