"""The benchmarks' tables for the terminal and as Markdown, and the option that names a file."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import zip_longest
from pathlib import Path
from typing import Annotated

import typer

from serving.terminal import Table

MarkdownFile = Annotated[
    str, typer.Option("--markdown", help="Also writes the table there.", metavar="FILE")
]


def make_table(
    title: str,
    columns: tuple[str, ...],
    rows: Iterable[tuple[str, ...]],
    caption: tuple[str, ...],
    styles: Iterable[str] = (),
) -> Table:
    """A table for the terminal, with the lines of the caption; `styles` are those of the rows."""
    table = Table(*columns, title=title, caption="\n".join(caption))
    for row, style in zip_longest(rows, styles):
        table.add_row(*row, style=style)
    return table


def format_markdown(
    columns: tuple[str, ...], rows: Iterable[tuple[str, ...]], caption: tuple[str, ...]
) -> str:
    """A table, and below it the lines of the caption."""
    cells = (columns, ("---",) * len(columns), *rows)
    lines = [f"| {' | '.join(line)} |" for line in cells]
    return "\n".join([*lines, "", *(f"{line}  " for line in caption), ""])


def write_markdown(path: str, text: str) -> None:
    """Writes the text, and creates the folder of the file; does nothing for an empty path."""
    if path:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(text, encoding="utf-8")
