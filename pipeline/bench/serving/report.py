"""The report of `make bench-serving`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.bench.tables import format_markdown, make_table
from serving.terminal import Table

if TYPE_CHECKING:  # At run time it would import TensorFlow before it is silenced.
    from pipeline.bench.serving.load import Load

COLUMNS = (
    "request",
    "clients",
    "images/s",
    "times the tutorial's",
    "p50",
    "p99",
    "KB",
    "client's CPU",
    "server's CPU",
    "over the model",
)
LIMIT_NOTE = "clients 0: the SavedModel called in this process, the limit of any server"


@dataclass(frozen=True)
class MaskTimes:
    """Seconds of a mask answer, and of the PNG encoding in it."""

    answer: float
    encoding: float


@dataclass(frozen=True)
class ServingReport:
    """What was measured: calls without a server have no clients. And a caption."""

    loads: tuple[Load, ...]
    masks: MaskTimes
    caption: tuple[str, ...]

    def rows(self) -> Iterator[tuple[str, ...]]:
        """The cells under COLUMNS."""
        for load in self.loads:
            yield (
                load.name,
                f"{load.clients}",
                f"{load.rate:,.1f}",
                self._compare_rates(load),
                f"{load.p50 * 1000:,.1f} ms",
                f"{load.p99 * 1000:,.1f} ms",
                f"{load.bytes / 1000:,.1f}",
                f"{load.client_cpu * 1000:,.1f} ms",
                f"{load.cpu * 1000:,.1f} ms",
                self._compare_cpu(load),
            )

    def _compare_rates(self, load: Load) -> str:
        """The rate over that of the first way to ask, with as many clients."""
        if not load.clients:
            return ""
        first = next(other for other in self.loads if other.clients == load.clients)
        return f"{load.rate / first.rate:.1f}"

    def _compare_cpu(self, load: Load) -> str:
        """The server's processor time over the bare call's, if the same request was called."""
        calls = [call for call in self.loads if call.name == load.name and not call.clients]
        return f"{load.cpu / calls[0].cpu - 1:+.0%}" if calls and load.clients else ""

    @property
    def notes(self) -> tuple[str, ...]:
        """The lines below the table."""
        masks = self.masks
        part = f"{masks.encoding * 1000:.1f} ms of a mask answer's {masks.answer * 1000:.1f} ms"
        return (f"PNG encoding: {part}", LIMIT_NOTE, *self.caption)

    def table(self) -> Table:
        """The report for the terminal."""
        return make_table("Bench: serving", COLUMNS, self.rows(), self.notes)

    def markdown(self) -> str:
        """The report for a page."""
        return format_markdown(COLUMNS, self.rows(), self.notes)
