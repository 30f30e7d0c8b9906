"""Says on the terminal which component runs, and how long it took."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import absl.logging
from rich.console import Console

STARTED = re.compile(r"Component (\S+) is running\.")
FINISHED = re.compile(r"Component (\S+) is finished\.")


class StepLines(logging.Handler):
    """Turns the local runner's log into a line when a component starts and one when it ends."""

    def __init__(self, console: Console, names: Sequence[str]) -> None:
        super().__init__(logging.INFO)
        self._console = console
        self._names = list(names)
        self._start = 0.0

    def emit(self, record: logging.LogRecord) -> None:
        """Prints the lines; all other records are none of its business."""
        message = record.getMessage()
        if found := STARTED.fullmatch(message):
            self._start = time.monotonic()
            place = self._names.index(found[1]) + 1
            self._console.print(f"[bold]{place:>2}/{len(self._names)} {found[1]}[/]")
        elif FINISHED.fullmatch(message):
            self._console.print(
                f"      done in {time.monotonic() - self._start:.1f} s", style="dim"
            )


@contextmanager
def shown(console: Console, names: Sequence[str]) -> Iterator[None]:
    """Prints the progress of the components, in the order of `names`, inside the `with` block."""
    logger = logging.getLogger("absl")
    handler = StepLines(console, names)
    verbosity = absl.logging.get_verbosity()
    logger.addHandler(handler)
    absl.logging.set_verbosity(absl.logging.INFO)  # TensorFlow restores it after it saves a model.
    try:
        yield
    finally:
        logger.removeHandler(handler)
        absl.logging.set_verbosity(verbosity)
