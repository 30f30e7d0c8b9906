"""The report of `make bench-train`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.bench.tables import format_markdown, make_table
from serving.terminal import Table

COLUMNS = (
    "training",
    "side",
    "batch",
    "images/s",
    "GFLOP an image",
    "GFLOP/s",
    "of multiplication",
    "of convolution",
    "peak memory",
)
NOTES = (
    "side: square root of the pixels of an image with its padding, on average",
    "GFLOP: of convolutions and dense layers, forward and backward",
    "of multiplication, of convolution: the share of what TensorFlow reaches with large matrices, "
    "and with a 3x3 convolution of 256 channels, forward and backward (aim: 50 %), right before",
    "peak memory: of the process, with TensorFlow itself; on a GPU, of its memory",
)
TIMES_TUTORIAL = 50  # The aim.


@dataclass(frozen=True)
class Rate:
    """How fast a model trains. Operations are floating-point ones."""

    name: str
    side: int
    batch_size: int
    images: float  # A second.
    operations: float  # For each image.
    multiplication: float  # Operations a second, at most.
    convolution: float  # Operations a second, at most.
    memory: int  # Bytes.

    @property
    def result(self) -> str:
        """The rate in words."""
        return f"{self.images:,.1f} images/s"

    @property
    def cells(self) -> tuple[str, ...]:
        """The row under COLUMNS."""
        done = self.images * self.operations
        return (
            self.name,
            f"{self.side}",
            f"{self.batch_size}",
            f"{self.images:,.1f}",
            f"{self.operations / 1e9:.3g}",
            f"{done / 1e9:,.1f}",
            f"{done / self.multiplication:.0%}",
            f"{done / self.convolution:.0%}",
            f"{self.memory / 2**20:,.0f} MiB",
        )


@dataclass(frozen=True)
class OutOfMemory:
    """A training for which the memory of the machine, or of its GPU, is too small."""

    name: str
    result = "out of memory"  # Not a field: in words, as that of a Rate.

    @property
    def cells(self) -> tuple[str, ...]:
        """The row under COLUMNS."""
        return (self.name, "", "", self.result, *[""] * (len(COLUMNS) - 4))


Row = Rate | OutOfMemory


@dataclass(frozen=True)
class TrainingReport:
    """The tutorial's training and ours of the same photographs, then each model's."""

    tutorial: Row
    ours: Row
    models: tuple[Row, ...]
    caption: tuple[str, ...]

    def rows(self) -> Iterator[tuple[str, ...]]:
        """The cells under COLUMNS."""
        for row in (self.tutorial, self.ours, *self.models):
            yield row.cells

    @property
    def notes(self) -> tuple[str, ...]:
        """The lines below the table."""
        return (*self._compare(), *NOTES, *self.caption)

    def _compare(self) -> Iterator[str]:
        if isinstance(self.ours, Rate) and isinstance(self.tutorial, Rate):
            times = self.ours.images / self.tutorial.images
            yield (
                f"{self.ours.name}: {times:.1f} times the images/s of {self.tutorial.name} "
                f"(aim: {TIMES_TUTORIAL})"
            )

    def table(self) -> Table:
        """The report for the terminal."""
        return make_table("Bench: training", COLUMNS, self.rows(), self.notes)

    def markdown(self) -> str:
        """The report for a page."""
        return format_markdown(COLUMNS, self.rows(), self.notes)
