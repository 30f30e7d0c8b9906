"""Which names classes may have: vocabularies and label files contain one name per line."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable

BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # Letters and symbols without ink.
LINE_BREAKERS = ("Cc", "Zl", "Zp")  # Unicode: control characters, line and paragraph separators.


def breaks_lines(name: str) -> bool:
    """Whether the name contains a line break or another control character."""
    return any(unicodedata.category(sign) in LINE_BREAKERS for sign in name)


def is_blank(name: str) -> bool:
    """Whether the name has no character that anybody can see."""
    return all(sign in BLANK or unicodedata.category(sign)[0] in "CZ" for sign in name)


def check_names(names: tuple[str, ...]) -> tuple[str, ...]:
    """Returns the names. Raises ValueError for one that is blank, given twice or breaks lines."""
    places: dict[str, int] = {}
    for place, name in enumerate(names):
        if is_blank(name):
            raise ValueError(f"the name {name!r} at position {place} is blank: give it a name")
        if breaks_lines(name):
            raise ValueError(
                f"the name {name!r} at position {place} contains a line break or another control "
                "character: remove it"
            )
        if name in places:
            raise ValueError(
                f"the name {name!r} is at the positions {places[name]} and {place}: use it once"
            )
        places[name] = place
    return names


def find_similar(names: Iterable[str]) -> list[list[str]]:
    """Groups names that differ only in capitals, spaces, invisible signs or Unicode form."""
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for name in sorted(set(names)):
        seen = "".join(sign for sign in name if unicodedata.category(sign) != "Cf")
        folded = unicodedata.normalize("NFKC", seen).casefold()
        groups[" ".join(unicodedata.normalize("NFKC", folded).split())].append(name)
    return [group for group in groups.values() if len(group) > 1]
