"""Names from outside, on the way to a terminal, a table, a log or a spreadsheet."""

import io
import os
import subprocess
import sys

import pytest
from rich.text import Text

from serving import printable
from serving.terminal import Console, Table

HOSTILE = {
    "escape": ("a\x1b[31mb", r"a\x1b[31mb"),
    "line": ("a\nb\r", r"a\nb\r"),
    "window-title": ("\x1b]0;x\x07", r"\x1b]0;x\x07"),
    "one-byte-escape": ("\x9b31m", r"\x9b31m"),
    "right-to-left": ("a\u202egpj.exe", r"a\u202egpj.exe"),
    "isolate": ("a\u2066b", r"a\u2066b"),
    "not-utf-8": ("a\udcffb", r"a\udcffb"),
    "separator": ("a\u2028b", r"a\u2028b"),
}
ORDINARY = [
    "rose",
    "Gänseblümchen",
    "猫",
    "क\u200cष",
    "👩\u200d🌾",
    "[red]",
    "C:\\data",
    "a b",
]


@pytest.mark.parametrize("kind", HOSTILE)
def test_what_would_act_on_a_terminal_is_shown(kind):
    text, shown = HOSTILE[kind]

    assert printable.name(text) == shown


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_names_stay(text):
    assert printable.name(text) == text


def test_a_message_keeps_its_lines():
    assert printable.message("a\n  b\x1b") == "a\n  b\\x1b"


@pytest.mark.parametrize("text", ["[red]", "[/thing]", "[bold]x[/bold]", ":bomb:", "\x1b[0m"])
def test_markup_is_printed_as_it_is(text):
    stream = io.StringIO()

    Console(file=stream).print(f"<{printable.markup(text)}>", highlight=False)

    assert stream.getvalue() == f"<{printable.name(text)}>\n"


@pytest.mark.parametrize("text", ["[red]", "[/thing]", ":bomb:", "\x1b[31m", "n" * 500])
def test_a_table_shows_texts_whole_and_as_they_are(text):
    stream = io.StringIO()
    table = Table("name", text, title=text, caption=text)
    table.add_row(text, Text("coloured", "red"))

    Console(file=stream).print(table)

    assert stream.getvalue().count(printable.name(text)) == 4


def test_nothing_is_cut_in_a_pipe_whatever_the_environment_claims(monkeypatch):
    monkeypatch.setenv("COLUMNS", "20")
    monkeypatch.setenv("FORCE_COLOR", "1")
    stream = io.StringIO()

    Console(file=stream).print("word " * 100, highlight=False)

    assert stream.getvalue().strip() == "word " * 99 + "word"


def test_on_a_terminal_long_names_are_folded(monkeypatch):
    monkeypatch.setenv("COLUMNS", "30")
    stream = io.StringIO()
    stream.isatty = lambda: True
    table = Table("name", "other")
    table.add_row("n" * 100, "o" * 100)

    Console(file=stream, color_system=None).print(table)

    assert "…" not in stream.getvalue()
    assert (stream.getvalue().count("n"), stream.getvalue().count("o")) == (100 + 1, 100 + 1)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "'=", "''@", "\n=", "\uff1d"])
def test_cells_that_a_spreadsheet_would_run_are_guarded(start):
    text = f'{start}HYPERLINK("http://x")'

    cell = printable.guard_cell(text)

    assert cell.startswith("'")
    assert printable.read_cell(cell) == text


@pytest.mark.parametrize("text", ["rose.jpg", "a=b", "'quoted'", ""])
def test_other_cells_stay(text):
    assert printable.guard_cell(text) == printable.read_cell(text) == text


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_characters_that_the_encoding_lacks_are_printed_as_escapes(encoding):
    source = """
from serving import printable, terminal
printable.accept_any_character()
table = terminal.Table("名")
table.add_row("猫")
terminal.console.print(table)
terminal.errors.print("猫")
print("猫")
"""
    environment = os.environ | {"PYTHONIOENCODING": encoding}
    run = [sys.executable, "-c", source]

    done = subprocess.run(run, env=environment, capture_output=True, check=True)

    assert done.stdout.count(rb"\u732b") == 2
    assert rb"\u732b" in done.stderr
