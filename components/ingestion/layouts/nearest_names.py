"""Finds files that may belong to an image, although their names differ: x_mask.png, mask_x.png.

They are not used: an error names them, and the setting that would use them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable


class NearestNames:
    """The names that begin or end with another name."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = sorted(names)
        self._reversed = sorted(name[::-1] for name in self._names)

    def find(self, name: str) -> str:
        """The first longer name that begins with this one, else one that ends with it, else ""."""
        return _find_longer(self._names, name) or _find_longer(self._reversed, name[::-1])[::-1]


def explain_missing(name: str, nearest: str) -> str:
    """Which mask was looked for, which one is there, and how to use it. Names have no extension."""
    if not nearest:
        return f"no mask is named {name}.png or the like"
    suffix = nearest.removeprefix(name)
    fix = "rename it" if suffix == nearest else f"set data.mask.suffix={suffix} to use it"
    return f"no mask is named {name}.png or the like, but there is {nearest}: {fix}"


def _find_longer(names: list[str], name: str) -> str:
    place = bisect_left(names, name)
    return names[place] if place < len(names) and names[place].startswith(name) else ""
