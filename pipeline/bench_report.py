"""What `make bench` says: figures beside their targets, in a table or as Markdown."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rich.markup import escape
from rich.table import Table

from pipeline.bench_timing import Lap, Pair, cpu_ratio, ratio

INGESTION = 400  # Images a second, on 2 cores.
USEFUL = 0.95  # Of the pixels of a training batch.
OF_BARE = 0.9  # The input pipeline's rate for each 1 of bare decoding's.
COLUMNS = ("what", "measured", "target", "")


class Row(NamedTuple):
    """One figure. `met` is None where there is no target."""

    what: str
    measured: str
    target: str = ""
    met: bool | None = None

    @property
    def verdict(self) -> str:
        """In a word."""
        return "" if self.met is None else "met" if self.met else "missed"


@dataclass(frozen=True)
class Report:
    """Rows, and below them on what, where and when they were measured."""

    rows: tuple[Row, ...]
    caption: tuple[str, ...]  # Lines.

    def table(self) -> Table:
        """For the terminal."""
        caption = escape("\n".join(self.caption))
        table = Table(*COLUMNS, title="Bench", caption=caption, caption_justify="left")
        for row in self.rows:
            style = {None: "", True: "green", False: "bold red"}[row.met]
            table.add_row(row.what, row.measured, row.target, row.verdict, style=style)
        return table

    def markdown(self) -> str:
        """For a page."""
        cells = [COLUMNS, ("---",) * len(COLUMNS)]
        cells += [(row.what, row.measured, row.target, row.verdict) for row in self.rows]
        lines = [f"| {' | '.join(line)} |" for line in cells]
        return "\n".join([*lines, "", *(f"{line}  " for line in self.caption), ""])


def ingestion_rows(first: Lap, again: Lap) -> Iterator[Row]:
    """Ingestion in a process that has just started, and in one that has ingested before."""
    yield Row("ingestion, with start-up", per_second(first, "images"))
    target = f"≥ {INGESTION} images/s on 2 cores"
    yield Row("ingestion", per_second(again, "images"), target, again.rate >= INGESTION)


def per_second(lap: Lap, items: str) -> str:
    """The rate by the clock, and by the processor's work."""
    return f"{lap.rate:,.0f} {items}/s, {lap.cpu_rate:,.0f} for each second of a core"


def useful_rows(*, training: float, evaluation: float, as_they_come: float) -> Iterator[Row]:
    """The shares of the batches' pixels that are image."""
    met = training >= USEFUL
    yield Row("useful pixels, training", f"{training:.1%}", f"≥ {USEFUL:.0%}", met)
    yield Row("useful pixels, evaluation", f"{evaluation:.1%}")
    yield Row("useful pixels, own sizes as they come", f"{as_they_come:.1%}")


def input_rows(rounds: Sequence[dict[str, Pair]], targeted: Sequence[str]) -> Iterator[Row]:
    """Each way's rate beside that of bare decoding: medians over the rounds.

    The ways in `targeted` have a target.
    """
    bare = statistics.median(p.yardstick.rate for pairs in rounds for p in pairs.values())
    yield Row("bare decoding", f"{bare:,.0f} records/s")
    for name in rounds[0]:
        pairs = [each[name] for each in rounds]
        rate = statistics.median(pair.lap.rate for pair in pairs)
        part = f"{ratio(pairs):.2f} of bare decoding, {cpu_ratio(pairs):.2f} by processor time"
        row = Row(f"input pipeline, {name}", f"{rate:,.0f} records/s: {part}")
        if name in targeted:
            row = row._replace(target=f"≥ {OF_BARE} of bare", met=ratio(pairs) >= OF_BARE)
        yield row
