"""Prints which component runs, and how long it took."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console

STARTED = re.compile(r"Component (\S+) is running\.")
FINISHED = re.compile(r"Component (\S+) is finished\.")


class StepLines(logging.Handler):
    """Prints a line when a component starts and one when it ends, from the local runner's log."""

    def __init__(self, console: Console, names: Sequence[str]) -> None:
        super().__init__(logging.INFO)
        self._console = console
        self._names = list(names)
        self._start = 0.0

    def emit(self, record: logging.LogRecord) -> None:
        """Prints the lines; ignores all other records."""
        message = record.getMessage()
        if match := STARTED.fullmatch(message):
            self._start = time.monotonic()
            place = self._names.index(match[1]) + 1
            self._console.print(f"[bold]{place:>2}/{len(self._names)} {match[1]}[/]")
        elif FINISHED.fullmatch(message):
            self._console.print(
                f"      done in {time.monotonic() - self._start:.1f} s", style="dim"
            )


@contextmanager
def show_progress(console: Console, names: Sequence[str]) -> Iterator[None]:
    """Prints the progress of the components `names` while the `with` block runs."""
    logger = logging.getLogger("absl")
    handler = StepLines(console, names)
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
