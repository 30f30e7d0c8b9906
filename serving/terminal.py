"""Where commands print: nothing is cut, and nothing is wrapped in a pipe or a file."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import rich.console
import rich.table
import typer
from rich.console import ConsoleDimensions
from rich.text import Text

from serving import printable

FAILED = 1  # Exit codes.
WRONG_USE = 2  # Also for a command that this installation cannot run.
OWN_PACKAGES = {"components", "pipeline", "serving", "trainer"}
TILED_PACKAGES = {"rasterio", "simplejpeg"}  # Only the extra `tiled` has them.
KUBEFLOW_PACKAGES = {"croniter", "kfp", "kubernetes", "yaml"}  # Only the extra `kubeflow` has them.
UNLIMITED = 1_000_000  # Characters of a line.
# The base of all errors of usage. Newer versions of typer contain a click of their own.
ClickException: type[Any] = typer.BadParameter.__mro__[2]


class Console(rich.console.Console):
    """Lines of any length, unless they go to a terminal."""

    def __init__(self, **options: Any) -> None:
        super().__init__(emoji=False, **options)  # A file may be named :bomb:.
        self._is_fixed = "width" in options

    @property  # rich has a setter, which we do not need.
    def size(self) -> ConsoleDimensions:
        """The terminal's size. FORCE_COLOR and COLUMNS make no terminal of a pipe."""
        size = super().size
        has_width = self._is_fixed or self.file.isatty()
        return size if has_width else ConsoleDimensions(UNLIMITED, size.height)

    @size.setter
    def size(self, new_size: tuple[int, int]) -> None:
        self._width, self._height = new_size
        self._is_fixed = True


class Table(rich.table.Table):
    """A table of texts from outside: no markup in them, and long ones continue below."""

    def __init__(self, *headers: str, title: str = "", caption: str = "") -> None:
        super().__init__(
            *headers,
            title=Text(printable.message(title)) if title else None,
            title_justify="left",
            caption=Text(printable.message(caption)) if caption else None,
            caption_justify="left",
        )

    def add_column(self, header: Any = "", *args: Any, **options: Any) -> None:
        """Adds a column that folds long texts."""
        super().add_column(_to_text(header), *args, **{"overflow": "fold", **options})

    def add_row(self, *cells: Any, **options: Any) -> None:
        """Adds a row. Strings are texts without markup; give a rich Text for colours."""
        super().add_row(*map(_to_text, cells), **options)


console = Console()
errors = Console(stderr=True)


def say(text: str) -> None:
    """Prints rich markup without wrapping it. Names in it come from `printable.markup`."""
    console.print(text, highlight=False, soft_wrap=True)


def echo(text: str, *, err: bool = False) -> None:
    """Prints a text from outside, without colours."""
    typer.echo(printable.message(text), err=err)


def fail(message: str, code: int) -> NoReturn:
    """Prints the message to stderr, and ends the command with the code."""
    echo(message, err=True)
    raise typer.Exit(code)


def run_commands(app: typer.Typer, program: str | None = None) -> NoReturn:
    """Runs the commands of this process's arguments, and ends the process with their code.

    Errors of usage are printed as they are: typer would wrap them in a box, also in a pipe.
    """
    printable.accept_any_character()
    try:
        code = typer.main.get_command(app).main(prog_name=program, standalone_mode=False)
    except ClickException as error:
        error.message = printable.message(error.message)
        error.show()
        code = error.exit_code
    except typer.Abort:
        code = FAILED
    except ModuleNotFoundError as error:
        errors.print(explain_missing(error), highlight=False, markup=False, soft_wrap=True)
        code = WRONG_USE
    except BrokenPipeError:  # The reader has seen enough, as in `fcn predict ... | head`.
        sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115 - Python flushes it at the end.
        code = FAILED
    sys.exit(code or 0)


def explain_missing(error: ModuleNotFoundError) -> str:
    """Which packages a command needs that the client's installation lacks.

    Raises the error again if a module of this project is missing.
    """
    package = (error.name or "").split(".")[0]
    if not package or package in OWN_PACKAGES:
        raise error
    extra = "kubeflow" if package in KUBEFLOW_PACKAGES else "pipeline"
    extra = "tiled" if package in TILED_PACKAGES else extra
    return (
        f"{package} is not installed, which this command needs: "
        f"run `pip install 'fcn-pipeline[{extra}]'`."
    )


def run_function(command: Callable[..., Any]) -> NoReturn:
    """Runs a function as a program, as `typer.run` does."""
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command()(command)
    run_commands(app)


def _to_text(cell: Any) -> Any:
    return Text(printable.name(cell)) if isinstance(cell, str) else cell
