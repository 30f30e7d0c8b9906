"""The report of `make bench-scale`: fixed and per-image cost of each engine and step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from pipeline.bench.tables import format_markdown, make_table
from serving.terminal import Table

DIRECT = "direct"  # The engine with which the others are compared.
MEANING = (
    'Times are wall-clock. "fixed" is the time without images. "ratio" compares with direct for '
    "the same step. A dash means that the cost is too small to measure."
)


class Sizes(NamedTuple):
    """The numbers of images in two sets."""

    small: int
    large: int


@dataclass(frozen=True)
class Measurement:
    """The seconds of one engine for one step, at the small and at the large size."""

    engine: str
    step: str
    small: float
    large: float

    def per_image(self, sizes: Sizes) -> float:
        """Seconds for each image."""
        return (self.large - self.small) / (sizes.large - sizes.small)

    def fixed(self, sizes: Sizes) -> float:
        """Seconds that do not depend on the number of images."""
        return self.small - sizes.small * self.per_image(sizes)


@dataclass(frozen=True)
class ScaleReport:
    """The measurements, and a caption: the data, the machine and the date."""

    sizes: Sizes
    measured: tuple[Measurement, ...]
    caption: tuple[str, ...]  # Lines.

    def rows(self) -> Iterator[tuple[str, ...]]:
        """The cells under `columns`."""
        direct = {each.step: each for each in self.measured if each.engine == DIRECT}
        for each in self.measured:
            fixed, per_image = each.fixed(self.sizes), each.per_image(self.sizes)
            base = direct[each.step]
            yield (
                each.engine,
                each.step,
                f"{each.small:.1f} s",
                f"{each.large:.1f} s",
                f"{fixed:.1f} s" if per_image > 0 else "-",
                f"{1000 * per_image:.2f} ms" if per_image > 0 else "-",
                format_ratio(per_image, base.per_image(self.sizes)),
                format_ratio(each.large, base.large),
            )

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns."""
        small, large = (f"{size:,} images" for size in self.sizes)
        return "engine", "step", small, large, "fixed", "per image", "ratio", f"ratio, {large}"

    def table(self) -> Table:
        """The report for the terminal."""
        return make_table("Bench: scale", self.columns, self.rows(), self.caption)

    def markdown(self) -> str:
        """The report for a page."""
        return format_markdown(self.columns, self.rows(), self.caption)


def format_ratio(seconds: float, base: float) -> str:
    """Seconds divided by the base; a dash if either is not positive, hence lost in the noise."""
    return f"{seconds / base:.2f}" if min(seconds, base) > 0 else "-"
