"""What `make bench-scale` says: the fixed and the per-image cost of each engine and step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from rich.markup import escape
from rich.table import Table

DIRECT = "direct"  # The engine that the others are held against.
MEANING = (
    "by the clock; fixed is what is left at no image; ratios are to direct, for the same step; a "
    "dash is a cost that is lost in the noise of starting"
)


class Sizes(NamedTuple):
    """The images of two sets."""

    small: int
    large: int


@dataclass(frozen=True)
class Measured:
    """The seconds that one engine took for one step, at the small and at the large size."""

    engine: str
    step: str
    small: float
    large: float

    def per_image(self, sizes: Sizes) -> float:
        """Seconds that each further image takes."""
        return (self.large - self.small) / (sizes.large - sizes.small)

    def fixed(self, sizes: Sizes) -> float:
        """Seconds that it takes however many images there are."""
        return self.small - sizes.small * self.per_image(sizes)


@dataclass(frozen=True)
class Report:
    """What was measured, and below it on what, where and when."""

    sizes: Sizes
    measured: tuple[Measured, ...]
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
                times(per_image, base.per_image(self.sizes)),
                times(each.large, base.large),
            )

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns."""
        small, large = (f"{size:,} images" for size in self.sizes)
        return "engine", "step", small, large, "fixed", "an image", "ratio", f"ratio, {large}"

    def table(self) -> Table:
        """For the terminal."""
        caption = escape("\n".join(self.caption))
        table = Table(*self.columns, title="Bench: scale", caption=caption, caption_justify="left")
        for row in self.rows():
            table.add_row(*row)
        return table

    def markdown(self) -> str:
        """For a page."""
        cells = (self.columns, ("---",) * len(self.columns), *self.rows())
        lines = [f"| {' | '.join(line)} |" for line in cells]
        return "\n".join([*lines, "", *(f"{line}  " for line in self.caption), ""])


def times(seconds: float, base: float) -> str:
    """How many times the base; a dash where either is nothing, or less: lost in the noise."""
    return f"{seconds / base:.2f}" if min(seconds, base) > 0 else "-"
