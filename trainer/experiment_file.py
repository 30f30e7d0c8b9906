"""Experiments in files of their own: TOML with the values that differ from an experiment of ours.

    base = "images"              # One of trainer/configs: what follows replaces its values.
    folder = "photographs"       # Of images; relative to this file. --data goes first.

    [train]
    epochs = 12

The names are those of `--set`, and the values are checked in the same way. Nothing is executed.
"""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from trainer import configs
from trainer.config import Experiment
from trainer.overrides import apply_overrides

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

SUFFIX = ".toml"
BASE, FOLDER = "base", "folder"


class ExperimentFile(NamedTuple):
    """What a file contains."""

    experiment: Experiment
    folder: str  # Of images: a path or a URI; empty if the file has none.


def locate(name: str) -> Path:
    """The file of an experiment: NAME.toml in the current folder, or a path that ends in .toml."""
    return Path(name) if name.endswith(SUFFIX) else Path(f"{name}{SUFFIX}")


def is_file(name: str) -> bool:
    """Whether an experiment is in a file. The names of our own experiments go first."""
    return name.endswith(SUFFIX) or (name not in configs.EXPERIMENTS and locate(name).is_file())


def read(path: Path) -> ExperimentFile:
    """Reads a file; without a `name` in it, the file's name is that of the experiment.

    Raises ValueError that names the file, the value and its place, and what it should be.
    """
    try:
        values = tomllib.loads(path.read_text("utf-8"))
        base, folder = _take_text(values, BASE), _take_text(values, FOLDER)
        before = configs.load(base)
        overrides = list(_list_overrides({"name": path.stem} | values, before))
        return ExperimentFile(apply_overrides(before, overrides), _find_folder(folder, path))
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}. Write it: fcn init.") from error
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


def _take_text(values: dict[str, Any], name: str) -> str:
    value = values.pop(name, "")
    if not isinstance(value, str) or (name == BASE and not value):
        known = ", ".join(sorted(configs.EXPERIMENTS))
        allowed = f"one of {known}" if name == BASE else "a path"
        shown = json.dumps(value, default=str)
        raise ValueError(f'{name}={shown}: write {name} = "...", {allowed}, above all tables.')
    return value


def _list_overrides(values: dict[str, Any], base: Experiment) -> Iterator[str]:
    """The values as `--set` takes them. A table that the base does not have is one value."""
    return (f"{name}={json.dumps(value, default=str)}" for name, value in _flatten(values, base))


def _flatten(values: dict[str, Any], base: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name in sorted(values, key=lambda name: name != "name"):  # model.name before its values.
        value, inner = values[name], getattr(base, name, None)
        if isinstance(value, dict) and dataclasses.is_dataclass(inner):
            yield from _flatten(value, inner, f"{prefix}{name}.")
        else:
            yield prefix + name, value


def _find_folder(folder: str, path: Path) -> str:
    remote = not folder or "://" in folder
    return folder if remote else str(path.parent / Path(folder).expanduser())
