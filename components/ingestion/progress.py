"""Shows the progress of ingestion on the terminal, while it runs in this process.

Beam's workers in other processes keep their own counts: then only the elapsed time is shown.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from serving.terminal import Console

STEPS = ("examined", "written")
BAR_SECONDS = 0.2
LINE_SECONDS = 5.0

_counts = dict.fromkeys(STEPS, 0)
_lock = threading.Lock()


def advance(step: str, files: int) -> None:
    """Counts files that have passed one of STEPS."""
    with _lock:
        _counts[step] += files


@contextmanager
def show(total: int, console: Console | None = None, every: float | None = None) -> Iterator[None]:
    """Shows a bar for each step on a terminal; elsewhere, prints a line every few seconds."""
    console = console or Console(stderr=True)
    with _lock:
        _counts.update(dict.fromkeys(STEPS, 0))
    over = threading.Event()
    draw, pause = (_draw_bars, BAR_SECONDS) if console.is_terminal else (_print_lines, LINE_SECONDS)
    thread = threading.Thread(target=draw, args=(console, total, over, every or pause), daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _draw_bars(console: Console, total: int, over: threading.Event, every: float) -> None:
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    with Progress(*columns, TimeElapsedColumn(), console=console) as progress:
        tasks = {step: progress.add_task(f"images {step}", total=total) for step in STEPS}
        running = True
        while running:
            running = not over.wait(every)
            for step, task in tasks.items():
                progress.update(task, completed=_counts[step])


def _print_lines(console: Console, total: int, over: threading.Event, every: float) -> None:
    start = time.monotonic()
    while not over.wait(every):
        console.print(_format_line(total, time.monotonic() - start), highlight=False)


def _format_line(total: int, seconds: float) -> str:
    if not any(_counts.values()):
        return f"ingesting {total} files, {seconds:.0f} s"
    done = ", ".join(f"{_counts[step]} {step}" for step in STEPS)
    return f"ingesting {total} files: {done}, {seconds:.0f} s"
