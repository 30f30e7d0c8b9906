"""The report of `make bench-folder`: memory and tables of two sizes of a folder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.bench.tables import format_markdown, make_table
from serving.terminal import Table


@dataclass(frozen=True)
class FolderMeasurement:
    """One ingestion. Memory and sizes are in bytes."""

    files: int
    examples: int
    rejects: int
    seconds: float
    memory_before: int  # The peak after imports.
    memory: int  # The peak in the end.
    table: int  # rejects.csv.
    longest_row: int  # Characters of its longest detail.
    summary: int  # summary.json.


@dataclass(frozen=True)
class FolderReport:
    """The measurements, smallest first, and a caption: the data, the machine and the date."""

    measured: tuple[FolderMeasurement, ...]
    caption: tuple[str, ...]  # Lines.

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns."""
        return "", *(f"{each.files:,} files" for each in self.measured), "for each further file"

    def rows(self) -> Iterator[tuple[str, ...]]:
        """The cells under `columns`."""
        yield self._write("examples", [f"{each.examples:,}" for each in self.measured])
        yield self._write("rejects", [f"{each.rejects:,}" for each in self.measured])
        yield self._write("time", [f"{each.seconds:.0f} s" for each in self.measured])
        yield self._write(
            "peak memory", [f"{each.memory / 2**20:,.0f} MiB" for each in self.measured], "memory"
        )
        yield self._write(
            "of which after imports", [f"{m.memory_before / 2**20:,.0f} MiB" for m in self.measured]
        )
        yield self._write(
            "rejects.csv", [f"{each.table / 2**10:,.0f} KiB" for each in self.measured], "table"
        )
        yield self._write(
            "longest detail in it", [f"{each.longest_row} characters" for each in self.measured]
        )
        yield self._write("summary.json", [f"{m.summary / 2**10:.1f} KiB" for m in self.measured])

    def _write(self, name: str, cells: list[str], grows: str = "") -> tuple[str, ...]:
        first, last = self.measured[0], self.measured[-1]
        if not grows:
            return name, *cells, ""
        growth = (getattr(last, grows) - getattr(first, grows)) / (last.files - first.files)
        return name, *cells, f"{growth:,.0f} bytes"

    def table(self) -> Table:
        """The report for the terminal."""
        return make_table("Bench: folder", self.columns, self.rows(), self.caption)

    def markdown(self) -> str:
        """The report for a page."""
        return format_markdown(self.columns, self.rows(), self.caption)
