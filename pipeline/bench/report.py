"""The report of `make bench`: figures with their targets, as a table or as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pipeline.bench.tables import format_markdown, make_table
from pipeline.bench.timing import Lap, LapPair, find_cpu_ratio, find_ratio
from serving.terminal import Table

INGESTION = 400  # Images a second, on 2 cores.
USEFUL = 0.95  # Of the pixels of a training batch.
MIN_OF_BARE = 0.9  # The input pipeline's rate, as a share of bare decoding's.
COLUMNS = ("what", "measured", "by processor time", "target", "")


class Row(NamedTuple):
    """One figure. `met` is None if there is no target."""

    what: str
    measured: str
    by_processor: str = ""  # Other processes on the same cores hardly change it.
    target: str = ""
    met: bool | None = None

    @property
    def verdict(self) -> str:
        """The result in a word."""
        return {None: "", True: "met", False: "missed"}[self.met]

    @property
    def cells(self) -> tuple[str, ...]:
        """The cells under COLUMNS."""
        return self.what, self.measured, self.by_processor, self.target, self.verdict


@dataclass(frozen=True)
class BenchReport:
    """The rows, and a caption: the data, the machine and the date."""

    rows: tuple[Row, ...]
    caption: tuple[str, ...]  # Lines.

    def table(self) -> Table:
        """The report for the terminal."""
        styles = ({None: "", True: "green", False: "bold red"}[row.met] for row in self.rows)
        return make_table("Bench", COLUMNS, (row.cells for row in self.rows), self.caption, styles)

    def markdown(self) -> str:
        """The report for a page."""
        return format_markdown(COLUMNS, (row.cells for row in self.rows), self.caption)


def make_ingestion_rows(first: Lap, again: Lap) -> Iterator[Row]:
    """Ingestion in a new process, and in one that has ingested before."""
    yield Row("ingestion, with start-up", *format_rates(first, "images"))
    row = Row("ingestion", *format_rates(again, "images"))
    yield row._replace(target=f"≥ {INGESTION} on 2 cores", met=again.rate >= INGESTION)


def format_rates(lap: Lap, items: str) -> tuple[str, str]:
    """The rate by the clock, and per core by processor time."""
    return f"{lap.rate:,.0f} {items}/s", f"{lap.cpu_rate:,.0f} a core"


def make_useful_rows(
    *, training: float, evaluation: float, as_they_come: dict[int, float]
) -> Iterator[Row]:
    """The shares of the batches' pixels that belong to images; `as_they_come` is by batch size."""
    row = Row("useful pixels, training", f"{training:.1%}", target=f"≥ {USEFUL:.0%}")
    yield row._replace(met=training >= USEFUL)
    yield Row("useful pixels, evaluation", f"{evaluation:.1%}")
    for batch_size, useful in as_they_come.items():
        yield Row(f"useful pixels, as they come, {batch_size} a batch", f"{useful:.1%}")


def make_input_rows(rounds: Sequence[dict[str, LapPair]], targeted: Sequence[str]) -> Iterator[Row]:
    """The rate of bare decoding, and each input pipeline's share of it: medians.

    Those in `targeted` have a target.
    """
    bare = [pair.yardstick for pairs in rounds for pair in pairs.values()]
    yield Row("bare decoding", *format_rates(find_median(bare), "records"))
    for name in rounds[0]:
        pairs = [each[name] for each in rounds]
        part, work = find_ratio(pairs), find_cpu_ratio(pairs)
        rate, _ = format_rates(find_median([pair.lap for pair in pairs]), "records")
        row = Row(f"input, {name}", f"{part:.2f} of bare ({rate})", f"{work:.2f} of bare")
        if name in targeted:
            row = row._replace(target=f"≥ {MIN_OF_BARE} of bare", met=part >= MIN_OF_BARE)
        yield row


def find_median(laps: Sequence[Lap]) -> Lap:
    """The lap with the median rate by the clock."""
    return sorted(laps, key=lambda lap: lap.rate)[len(laps) // 2]
