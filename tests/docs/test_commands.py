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
from trainer import configs
from trainer.overrides import apply_overrides

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


def find_experiment(line):
    """The name, --fast and the values of --set of a command about one of our experiments."""
    words = list(itertools.takewhile(lambda word: word not in SHELL, shlex.split(line)))
    names = [word for word in words[2:] if word in configs.EXPERIMENTS]
    sets = [value for option, value in itertools.pairwise(words) if option == "--set"]
    return (names[0], "--fast" in words, tuple(sets)) if names and sets else None


@pytest.mark.parametrize("line", [line for line in COMMANDS if find_experiment(line)])
def test_an_experiment_of_the_pages_takes_the_values_given(line):
    name, fast, values = find_experiment(line)
    experiment = configs.load(name, fast=fast)

    assert apply_overrides(experiment, values) != experiment
