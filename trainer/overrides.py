"""Replaces values of an experiment by name, as `--set train.epochs=5` does."""

from __future__ import annotations

import difflib
import json
from collections.abc import Sequence
from typing import Any, get_args, get_type_hints

import pydantic

from trainer.config import (
    ClassifierConfig,
    Experiment,
    ModelConfig,
    UNetConfig,
    VGGConfig,
    from_json,
    to_json,
)


def with_overrides(experiment: Experiment, overrides: Sequence[str]) -> Experiment:
    """The experiment with values replaced: "train.epochs=5" and the like.

    Values are read as JSON, and as plain text where they are none. Raises ValueError that names
    the values which exist, or what the value should be.
    """
    tree = json.loads(to_json(experiment))
    for override in overrides:
        name, equals, value = override.partition("=")
        if not equals:
            raise ValueError(f"{override!r} is no NAME=VALUE, such as train.epochs=5.")
        _replace(tree, name, _value(value))
        if name == "model.name":  # Each model has values of its own.
            tree["model"] = _model_defaults(tree["model"]["name"])
    try:
        return from_json(json.dumps(tree))
    except pydantic.ValidationError as error:
        raise ValueError(" ".join(map(_sentence, error.errors()))) from error


def names(experiment: Experiment) -> list[str]:
    """Every value's name: "name", "data.schema" and so on."""
    return _names(json.loads(to_json(experiment)))


def _model_defaults(name: Any) -> dict[str, Any]:
    """The values of a model; only the name where there is no such model."""
    try:
        model = _MODEL.validate_json(json.dumps({"name": name}))
    except pydantic.ValidationError:
        return {"name": name}
    return json.loads(_MODEL.dump_json(model))


def _names(tree: dict[str, Any], prefix: str = "") -> list[str]:
    found: list[str] = []
    for name, value in tree.items():
        found += _names(value, f"{prefix}{name}.") if isinstance(value, dict) else [prefix + name]
    return found


def _replace(tree: dict[str, Any], name: str, value: Any) -> None:
    if name not in _names(tree):
        known = _names(tree)
        near = difflib.get_close_matches(name, known, n=1)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise ValueError(
            f"No value {name!r} in the experiment.{hint} There are: {', '.join(known)}."
        )
    *groups, leaf = name.split(".")
    for group in groups:
        tree = tree[group]
    tree[leaf] = value


def _sentence(error: Any) -> str:
    """What pydantic says of one value, with the value's name as an override has it."""
    if error["type"] == "union_tag_invalid":
        name, known = error["ctx"]["tag"], error["ctx"]["expected_tags"]
        return f"model.name={json.dumps(name)}: there are {known}."
    place = ".".join(str(part) for part in error["loc"] if part not in TAGS) or "experiment"
    value = "" if isinstance(error["input"], dict) else f"={json.dumps(error['input'])}"
    said = error["msg"].removeprefix("Value error, ").rstrip(".")
    return f"{place}{value}: {said}."


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


_MODEL = pydantic.TypeAdapter(ModelConfig)
# What pydantic puts into the place of an error in a model: the name of the model.
TAGS = {
    name
    for kind in (ClassifierConfig, UNetConfig, VGGConfig)
    for name in get_args(get_type_hints(kind)["name"])
}
