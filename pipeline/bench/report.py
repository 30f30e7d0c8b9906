"""What `make bench` says: figures beside their targets, in a table or as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rich.markup import escape
from rich.table import Table

from pipeline.bench.timing import Lap, Pair, cpu_ratio, ratio

INGESTION = 400  # Images a second, on 2 cores.
USEFUL = 0.95  # Of the pixels of a training batch.
OF_BARE = 0.9  # The input pipeline's rate for each 1 of bare decoding's.
COLUMNS = ("what", "measured", "by processor time", "target", "")


class Row(NamedTuple):
    """One figure. `met` is None where there is no target."""

    what: str
    measured: str
    by_processor: str = ""  # What other processes on the same cores change little.
    target: str = ""
    met: bool | None = None

    @property
    def verdict(self) -> str:
        """In a word."""
        return {None: "", True: "met", False: "missed"}[self.met]

    @property
    def cells(self) -> tuple[str, ...]:
        """Under COLUMNS."""
        return self.what, self.measured, self.by_processor, self.target, self.verdict


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
            table.add_row(*row.cells, style=style)
        return table

    def markdown(self) -> str:
        """For a page."""
        cells = (COLUMNS, ("---",) * len(COLUMNS), *(row.cells for row in self.rows))
        lines = [f"| {' | '.join(line)} |" for line in cells]
        return "\n".join([*lines, "", *(f"{line}  " for line in self.caption), ""])


def ingestion_rows(first: Lap, again: Lap) -> Iterator[Row]:
    """Ingestion in a process that has just started, and in one that has ingested before."""
    slow = Row("ingestion, with start-up", *per_second(first, "images"))
    fast = Row("ingestion", *per_second(again, "images"))
    yield slow
    yield fast._replace(target=f"≥ {INGESTION} on 2 cores", met=again.rate >= INGESTION)


def per_second(lap: Lap, items: str) -> tuple[str, str]:
    """The rate by the clock, and by the processor's work."""
    return f"{lap.rate:,.0f} {items}/s", f"{lap.cpu_rate:,.0f} a core"


def useful_rows(
    *, training: float, evaluation: float, as_they_come: dict[int, float]
) -> Iterator[Row]:
    """The shares of the batches' pixels that are image; `as_they_come` by the batch's size."""
    aimed = Row("useful pixels, training", f"{training:.1%}", target=f"≥ {USEFUL:.0%}")
    yield aimed._replace(met=training >= USEFUL)
    yield Row("useful pixels, evaluation", f"{evaluation:.1%}")
    for batch_size, useful in as_they_come.items():
        yield Row(f"useful pixels, as they come, {batch_size} a batch", f"{useful:.1%}")


def input_rows(rounds: Sequence[dict[str, Pair]], targeted: Sequence[str]) -> Iterator[Row]:
    """The rate of bare decoding, and that of each way to batches for each 1 of it: medians.

    The ways in `targeted` have a target.
    """
    bare = [pair.yardstick for pairs in rounds for pair in pairs.values()]
    yield Row("bare decoding", *per_second(median(bare), "records"))
    for name in rounds[0]:
        pairs = [each[name] for each in rounds]
        part, work = ratio(pairs), cpu_ratio(pairs)
        rate, _ = per_second(median([pair.lap for pair in pairs]), "records")
        row = Row(f"input, {name}", f"{part:.2f} of bare ({rate})", f"{work:.2f} of bare")
        if name in targeted:
            row = row._replace(target=f"≥ {OF_BARE} of bare", met=part >= OF_BARE)
        yield row


def median(laps: Sequence[Lap]) -> Lap:
    """The lap in the middle, by the clock's rate."""
    return sorted(laps, key=lambda lap: lap.rate)[len(laps) // 2]
