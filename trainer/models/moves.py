"""How a layer moves along one axis of a map: by windows, or by making more positions.

From n positions a window makes (n + padding - kernel) // stride + 1, and a growth n * factor, and
more if its kernel overhangs.
"""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

Span = tuple[int, int]  # First and last position; negative ones are padding.


class Window(NamedTuple):
    """How a layer moves along one axis."""

    kernel: int = 1
    stride: int = 1
    padding: int = 0  # At both ends together; negative for cropping.
    before: int = 0  # The part of it before the first position.

    def count_needed(self, positions: int) -> int:
        """How many input positions this many output positions need."""
        return max(1, (positions - 1) * self.stride + self.kernel - self.padding)

    def count_seen(self, positions: int) -> int:
        """How many input positions this many neighbouring output positions look at."""
        return (positions - 1) * self.stride + self.kernel

    def find_span(self, first: int, last: int) -> Span:
        """The first and last input position that output positions from first to last look at."""
        start = -self.before
        return first * self.stride + start, last * self.stride + start + self.kernel - 1

    def step(self) -> Fraction:
        """The distance between neighbouring output positions, in input positions."""
        return Fraction(self.stride)


class Growth(NamedTuple):
    """How a layer makes more positions along one axis."""

    kernel: int
    factor: int
    overhang: int = 0  # Positions beyond n * factor.
    before: int = 0  # Positions that are cut off before the first one.

    def count_needed(self, positions: int) -> int:
        """How many input positions this many output positions need."""
        return max(1, -((self.overhang - positions) // self.factor))

    def count_seen(self, positions: int) -> int:
        """How many input positions this many neighbouring output positions look at, at most."""
        return (positions + self.kernel - 2) // self.factor + 1

    def find_span(self, first: int, last: int) -> Span:
        """The first and last input position that output positions from first to last look at."""
        start = first + self.before - self.kernel + 1
        return -(-start // self.factor), (last + self.before) // self.factor

    def step(self) -> Fraction:
        """The distance between neighbouring output positions, in input positions."""
        return Fraction(1, self.factor)


Moves = tuple[Window | Growth, Window | Growth]  # Along height and width.
