"""Makes text from outside safe to print: names of files and classes, paths, answers of servers.

A name may contain escape sequences that move the cursor, characters that reverse the text after
them, or what rich reads as markup. Every print, table and log uses these functions.
"""

from __future__ import annotations

import logging
import sys
import unicodedata

from rich.markup import escape

# Unicode: control and format characters, lone halves of pairs, line and paragraph separators.
INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
JOINERS = frozenset("\u200c\u200d")  # Persian words, Indian letters and emoji need them.
# OWASP: spreadsheets run cells that begin with these; the last four are wide forms of the first.
FORMULA = (*"=+-@\t\r\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def name(text: object) -> str:
    """One line: control characters and overrides of the direction of text as Python escapes."""
    plain = str(text)
    return plain if plain.isprintable() else "".join(map(_show, plain))


def message(text: object) -> str:
    """As `name`, but line breaks stay."""
    return "\n".join(map(name, str(text).split("\n")))


def markup(text: object) -> str:
    """As `message`, for a text in which rich reads markup: [red] stays [red]."""
    return escape(message(text))


def guard_cell(text: str) -> str:
    """A cell of a CSV file: an apostrophe precedes what a spreadsheet would run as a formula."""
    return f"'{text}" if text.lstrip("'").startswith(FORMULA) else text


def read_cell(cell: str) -> str:
    """The text from which `guard_cell` made the cell."""
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(FORMULA) else cell


class LogFormatter(logging.Formatter):
    """Formats records for people: with the lines of tracebacks, without other characters."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as `message` shows it."""
        return message(super().format(record))


def accept_any_character() -> None:
    """Prints characters that the terminal's encoding lacks as escapes, instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(errors="backslashreplace")


def _show(sign: str) -> str:
    if unicodedata.category(sign) not in INVISIBLE or sign in JOINERS:
        return sign
    return sign.encode("unicode_escape", "surrogatepass").decode("ascii")
