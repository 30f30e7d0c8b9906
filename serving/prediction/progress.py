"""Shows how much has been asked about: on a terminal as it changes, elsewhere in lines."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from serving import printable, terminal

EVERY = 1000  # Images for each line.
PARTS = 10  # Lines for the tiles of an image.


@contextmanager
def show() -> Iterator[Callable[[], None]]:
    """Yields the function that counts an image. Prints to stderr."""
    with _draw() if terminal.errors.is_terminal else _print_lines() as advance:
        yield advance


@contextmanager
def _draw() -> Iterator[Callable[[], None]]:
    columns = SpinnerColumn(), TextColumn("{task.completed:,.0f} images"), TimeElapsedColumn()
    is_shared = sys.stdout.isatty()  # Otherwise what is printed to a file would go to the terminal.
    console = terminal.errors
    with Progress(*columns, console=console, transient=True, redirect_stdout=is_shared) as progress:
        task = progress.add_task("", total=None)
        yield lambda: progress.advance(task)


@contextmanager
def _print_lines() -> Iterator[Callable[[], None]]:
    count = 0

    def advance() -> None:
        nonlocal count
        count += 1
        if count % EVERY == 0:
            terminal.errors.print(f"{count:,} images", highlight=False)

    yield advance


@contextmanager
def show_tiles() -> Iterator[Callable[[str, int, int], None]]:
    """Yields the function that takes an image's name, its finished tiles and all of them."""
    with _draw_tiles() if terminal.errors.is_terminal else _print_tiles() as report:
        yield report


@contextmanager
def _draw_tiles() -> Iterator[Callable[[str, int, int], None]]:
    text = TextColumn("{task.description}: {task.completed:,.0f} of {task.total:,.0f} tiles")
    columns = SpinnerColumn(), text, TimeElapsedColumn()
    is_shared, console = sys.stdout.isatty(), terminal.errors
    with Progress(*columns, console=console, transient=True, redirect_stdout=is_shared) as progress:
        task = progress.add_task("", total=0)

        def report(name: str, done: int, whole: int) -> None:
            shown = printable.markup(name)
            progress.update(task, description=shown, completed=done, total=whole)

        yield report


@contextmanager
def _print_tiles() -> Iterator[Callable[[str, int, int], None]]:
    def report(name: str, done: int, whole: int) -> None:
        if done and done * PARTS // whole > (done - 1) * PARTS // whole:
            terminal.echo(f"{name}: {done:,} of {whole:,} tiles", err=True)

    yield report
