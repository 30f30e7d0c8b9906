"""Finds the blocks of a protobuf text, so that one can change while the others stay as they are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

TOKEN = re.compile(
    r"""
    (?P<skipped> \#[^\n]* | "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*' )
    | (?P<name> [A-Za-z_]\w* )
    | (?P<opening> [{<] )
    | (?P<closing> [}>] )
    """,
    re.VERBOSE,
)


class Block(NamedTuple):
    """`name { body }`, as positions in the text."""

    name: str
    start: int
    body: int
    body_end: int
    end: int


def find_blocks(text: str, start: int, end: int) -> Iterator[Block]:
    """The outermost blocks between two positions. Comments and strings may contain braces."""
    depth = 0
    name = opening = None
    for token in TOKEN.finditer(text, start, end):
        if token.lastgroup == "name" and depth == 0:
            name = token
        elif token.lastgroup == "opening":
            opening = opening if depth else token
            depth += 1
        elif token.lastgroup == "closing":
            depth -= 1
            if depth == 0 and name and opening:
                yield Block(name[0], name.start(), opening.end(), token.start(), token.end())
