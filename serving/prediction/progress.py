"""Shows how many images have been asked about: on a terminal as it changes, elsewhere in lines."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from serving import terminal

EVERY = 1000  # Images for each line.


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
