"""Writes an experiment's file: TOML, with the reason for each value as a comment."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipeline.init.choices import Choices
from pipeline.init.plan import Plan
from trainer import experiment_file
from trainer.experiment_file import ExperimentFile

HEADER = "# Written by `fcn init`. Values that are not here are those of the base."


def write(path: Path, plan: Plan, folder: str) -> ExperimentFile:
    """Writes the file when it is whole and can be read; replaces an older one.

    `folder`: of images, relative to the file. Raises OSError.
    """
    text = "\n".join(render(plan, folder)) + "\n"
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as home:
        written = Path(home, path.name)
        written.write_text(text, "utf-8")
        found = experiment_file.read(written)
        os.replace(written, path)  # noqa: PTH105 - A rename in one step.
    return found


def render(plan: Plan, folder: str) -> Iterator[str]:
    """The lines of the file."""
    yield HEADER
    yield f"base = {render_value(plan.base)}  # {plan.found}"
    yield f"folder = {render_value(folder)}"
    tables = sorted({name.rpartition(".")[0] for name in plan.choices} | {""})
    for table in tables:
        if table:
            yield f"\n[{table}]"
        yield from render_table(table, plan.choices)


def render_table(table: str, choices: Choices) -> Iterator[str]:
    """The lines of one table; those of the file's own values if its name is empty."""
    for name, choice in choices.items():
        group, _, leaf = name.rpartition(".")
        if group == table:
            comment = f"  # {choice.reason}" if choice.reason else ""
            yield f"{leaf} = {render_value(choice.value)}{comment}"


def render_value(value: Any) -> str:
    """A value as TOML writes it. Texts are those of JSON, which TOML reads too."""
    if isinstance(value, dict):
        inner = ", ".join(f"{name} = {render_value(each)}" for name, each in value.items())
        return f"{{{inner}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(render_value, value))}]"
    return json.dumps(value, ensure_ascii=False)
