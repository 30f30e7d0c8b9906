"""The benchmarks' tables as Markdown, and the option that names their file."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

MarkdownFile = Annotated[
    str, typer.Option("--markdown", help="Also writes the table there.", metavar="FILE")
]


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
