"""TF Serving's model config file, a ModelServerConfig in protobuf text: read, and changed.

https://github.com/tensorflow/serving/blob/master/tensorflow_serving/config/model_server_config.proto
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from google.protobuf import text_format

from serving.rollout.config.messages import ModelConfig, ModelServerConfig
from serving.rollout.config.text_blocks import Block, find_blocks
from serving.rollout.errors import RolloutRefused

CHANGED = ("model_version_policy", "version_labels")  # Fields of a model that roll-outs write.
SEPARATOR = re.compile(r"[ \t]*[,;]?")  # Allowed after a field.


@dataclass(frozen=True)
class ServedModel:
    """What the file configures for one model."""

    name: str
    base_path: str
    versions: tuple[int, ...]  # Those of the policy `specific`; empty for other policies.
    newest: int | None  # How many versions the policy `latest` serves; None for other policies.
    labels: dict[str, int]


def list_models(text: str) -> list[ServedModel]:
    """All models of a file. Raises RolloutRefused."""
    return [_read(config) for config in _parse(text).model_config_list.config]


def find_model(text: str, name: str) -> ServedModel:
    """One model of a file; without a name, the only one. Raises RolloutRefused."""
    models = list_models(text)
    if not name and len(models) == 1:
        return models[0]
    for model in models:
        if model.name == name:
            return model
    known = ", ".join(model.name for model in models) or "none"
    problem = f"no model {name!r}" if name else "several models, or none"
    raise RolloutRefused(f"The model config has {problem}: choose --model from: {known}.")


def change_model(
    text: str, name: str, *, versions: Collection[int], labels: Mapping[str, int]
) -> str:
    """The text with a new policy `specific`, and new labels, for one model.

    All other text stays, comments too. Raises RolloutRefused if the model's lines are not found.
    """
    before = {model.name: model for model in list_models(text)}
    wanted = replace(before[name], versions=tuple(sorted(versions)), newest=None, labels={**labels})
    changed = _replace_fields(text, list(before).index(name), wanted)
    if not _contains(changed, {**before, name: wanted}):
        raise RolloutRefused(
            f"The policy and the labels of {name} are written in a form that cannot be changed: "
            "write `model_version_policy { ... }` and `version_labels { key: ... value: ... }`."
        )
    return changed


def _read(config: Any) -> ServedModel:
    policy = config.model_version_policy
    is_latest = not (policy.HasField("specific") or policy.HasField("all"))
    return ServedModel(
        name=config.name,
        base_path=config.base_path,
        versions=tuple(policy.specific.versions),
        newest=(policy.latest.num_versions or 1) if is_latest else None,
        labels={label.key: label.value for label in config.version_labels},
    )


def _parse(text: str) -> Any:
    try:
        return text_format.Parse(text, ModelServerConfig(), allow_unknown_field=True)
    except text_format.ParseError as error:
        raise RolloutRefused(
            f"The model config is not a ModelServerConfig in protobuf text: {error}."
        ) from error


def _replace_fields(text: str, position: int, model: ServedModel) -> str:
    """The text, with the CHANGED fields of the model at this position of the list replaced."""
    block = _find_models(text)[position]
    kept, start = [], block.body
    for field in find_blocks(text, block.body, block.body_end):
        if field.name in CHANGED:
            kept.append(text[start : field.start].rstrip())
            start = _find_end(text, field)
    body = "".join([*kept, text[start : block.body_end]]).rstrip()
    margin = _find_margin(text, block)
    written = textwrap.indent(_write_fields(model), margin + "  ")
    return f"{text[: block.body]}{body}\n{written}{margin}{text[block.body_end :]}"


def _find_models(text: str) -> list[Block]:
    lists = [one for one in find_blocks(text, 0, len(text)) if one.name == "model_config_list"]
    return [block for one in lists for block in find_blocks(text, one.body, one.body_end)]


def _find_end(text: str, field: Block) -> int:
    separator = SEPARATOR.match(text, field.end)
    return separator.end() if separator else field.end


def _find_margin(text: str, block: Block) -> str:
    """The spaces before a block's first line."""
    line = text[text.rfind("\n", 0, block.start) + 1 : block.start]
    return line[: len(line) - len(line.lstrip())]


def _write_fields(model: ServedModel) -> str:
    config = ModelConfig()
    config.model_version_policy.specific.versions.extend(model.versions)
    for label, version in sorted(model.labels.items()):
        config.version_labels.add(key=label, value=version)
    return str(text_format.MessageToString(config))


def _contains(text: str, wanted: Mapping[str, ServedModel]) -> bool:
    """Whether these are the models of the text."""
    try:
        return {model.name: model for model in list_models(text)} == wanted
    except RolloutRefused:
        return False
