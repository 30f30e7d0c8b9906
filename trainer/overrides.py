"""Replaces values of an experiment by name, as `--set train.epochs=5` does."""

from __future__ import annotations

import dataclasses
import difflib
import json
from collections.abc import Sequence
from typing import Any, get_args, get_type_hints

import pydantic

from trainer.config import Experiment, from_values
from trainer.model_config import ModelConfig

Values = dict[str, Any]  # By name; a group of values is such a dict too.


def apply_overrides(experiment: Experiment, overrides: Sequence[str]) -> Experiment:
    """The experiment with values replaced: "train.epochs=5" and the like.

    Each value is read as JSON; text that is not JSON is used as it is. Raises ValueError that names
    the values that exist, or what the value should be.
    """
    values = dataclasses.asdict(experiment)
    for name, value in map(parse, overrides):
        before = values["model"]["name"]
        _replace(values, name, value)
        if name == "model.name" and values["model"]["name"] != before:
            values["model"] = _read_defaults(values["model"]["name"])  # Each has its own values.
    try:
        return from_values(values)
    except pydantic.ValidationError as error:
        raise ValueError(" ".join(map(_describe, error.errors()))) from error


def parse(override: str) -> tuple[str, Any]:
    """The name and the value of "train.epochs=5". Raises ValueError without an equals sign."""
    name, equals, text = override.partition("=")
    if not equals:
        raise ValueError(f"{override!r} is not NAME=VALUE: write for example train.epochs=5.")
    return name, _read_value(text)


def list_names(experiment: Experiment) -> list[str]:
    """The name of every value: "name", "data.schema" and so on."""
    return _list_names(dataclasses.asdict(experiment))


def _list_names(values: Values, prefix: str = "") -> list[str]:
    found: list[str] = []
    for name, value in values.items():
        found += (
            _list_names(value, f"{prefix}{name}.") if isinstance(value, dict) else [prefix + name]
        )
    return found


def _replace(values: Values, name: str, value: Any) -> None:
    known = _list_names(values)
    is_group = any(each.startswith(f"{name}.") for each in known)
    if name not in known and not (is_group and value is None):  # "head_phase=null": without it.
        near = difflib.get_close_matches(name, known, n=1)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise ValueError(
            f"The experiment has no value {name!r}.{hint} Its values are: {', '.join(known)}."
        )
    *groups, leaf = name.split(".")
    for group in groups:
        values = values[group]
    values[leaf] = value


def _read_value(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


def _read_defaults(name: Any) -> Values:
    """The values of a model; only the name if there is no such model."""
    kind = MODELS.get(name) if isinstance(name, str) else None
    return dataclasses.asdict(kind(name=name)) if kind else {"name": name}


def _describe(error: Any) -> str:
    """A problem that pydantic found, with the value's name as `--set` takes it."""
    if error["type"] == "union_tag_invalid":
        name, known = error["ctx"]["tag"], error["ctx"]["expected_tags"]
        return f"model.name={json.dumps(name)}: use one of {known}."
    place = ".".join(str(part) for part in error["loc"] if part not in MODELS) or "experiment"
    value = "" if isinstance(error["input"], dict) else f"={json.dumps(error['input'])}"
    problem = error["msg"].removeprefix("Value error, ").rstrip(".")
    return f"{place}{value}: {problem}."


KINDS = get_args(get_args(ModelConfig)[0])
# By name. Pydantic also puts this name into the place of an error in a model.
MODELS = {name: kind for kind in KINDS for name in get_args(get_type_hints(kind)["name"])}
