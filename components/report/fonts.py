"""Class names in plots: those that the font cannot draw are numbered, and a legend names them."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from matplotlib import font_manager

from serving import printable

FROM_RIGHT = ("R", "AL")  # Unicode: Hebrew, Arabic and others, which matplotlib draws reversed.


def number_names(names: Sequence[str]) -> list[str]:
    """The names; "class 2" for each that the font cannot draw."""
    return [
        printable.name(name) if can_draw(name) else f"class {number}"
        for number, name in enumerate(names)
    ]


def list_numbered(names: Sequence[str]) -> tuple[str, ...]:
    """The names that `number_names` replaces, each after its number."""
    return tuple(f"class {n}: {name}" for n, name in enumerate(names) if not can_draw(name))


def can_draw(name: str) -> bool:
    """Whether matplotlib's font has all characters of a name, and draws them in their order."""
    font = font_manager.get_font(font_manager.findfont(font_manager.FontProperties()))
    return all(
        font.get_char_index(ord(sign)) and unicodedata.bidirectional(sign) not in FROM_RIGHT
        for sign in printable.name(name)
    )
