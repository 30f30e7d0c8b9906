"""The commands in README, docs/ and the notebook exist, with these options."""

from __future__ import annotations

import itertools
import json
import re
import shlex
from pathlib import Path

import pytest
import typer

from pipeline.cli.app import app

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
SHELL = ("|", ">", "<", "&", "&&")
NOTEBOOK = ROOT / "docs" / "fcn_pipeline.ipynb"


def list_commands(text):
    """The commands `fcn ...` in the shell blocks of a page, a continued line as one."""
    blocks = re.findall(r"^```sh\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
    lines = re.sub(r"\\\n\s*", "", "\n".join(blocks)).splitlines()
    return [re.sub(r"\s+#.*", "", line) for line in lines if line.startswith("fcn ")]


def read_notebook():
    """The same of the notebook's cells."""
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    lines = [line.strip() for cell in cells for line in cell["source"]]
    return [line.removeprefix("!.venv/bin/") for line in lines if line.startswith("!.venv/bin/fcn")]


COMMANDS = sorted(
    {line for page in PAGES for line in list_commands(page.read_text(encoding="utf-8"))}
)


@pytest.mark.parametrize("line", [*COMMANDS, *read_notebook()])
def test_a_command_of_the_pages_is_understood(line):
    words = itertools.takewhile(lambda word: word not in SHELL, shlex.split(line))
    _, *arguments = (word for word in words if word != "$servers")  # Options of its page.

    command, context, name = typer.main.get_command(app), None, "fcn"
    while hasattr(command, "get_command"):
        context = command.make_context(name, arguments, parent=context)
        name, command, arguments = command.resolve_command(context, arguments)
    command.make_context(name, arguments, parent=context)


def test_the_pages_have_commands():
    assert len(COMMANDS) > 20
    assert read_notebook()
