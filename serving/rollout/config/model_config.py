"""TF Serving's model config file, a ModelServerConfig in protobuf text: read, and changed.

https://github.com/tensorflow/serving/blob/master/tensorflow_serving/config/model_server_config.proto
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from google.protobuf import text_format

from serving.rollout.config.text_blocks import Block, find_blocks
from serving.rollout.errors import RolloutRefused

if TYPE_CHECKING:
    from tensorflow_serving.config.model_server_config_pb2 import ModelConfig, ModelServerConfig

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
    problem = f"It has no model {name!r}" if name else "It has several models, or none"
    raise RolloutRefused(f"{problem}: choose --model from: {known}.")


def change_model(
    text: str, name: str, *, versions: Collection[int], labels: Mapping[str, int]
) -> str:
    """The text with a new policy `specific`, and new labels, for one model.

    All other text stays, comments too. If a file is written in a form in which the model's lines
    cannot be found, the whole file is written in the standard form, without comments.
    """
    wanted = _parse(text)
    names = [config.name for config in wanted.model_config_list.config]
    position = names.index(name)
    config = wanted.model_config_list.config[position]
    for field in CHANGED:
        config.ClearField(field)
    config.model_version_policy.specific.versions.extend(sorted(versions))
    config.version_labels.update(labels)
    changed = _replace_fields(text, position, config)
    return changed if _is_text_of(changed, wanted) else text_format.MessageToString(wanted)


def _read(config: ModelConfig) -> ServedModel:
    policy = config.model_version_policy
    kind = policy.WhichOneof("policy_choice")
    return ServedModel(
        name=config.name,
        base_path=config.base_path,
        versions=tuple(policy.specific.versions),
        newest=(policy.latest.num_versions or 1) if kind in (None, "latest") else None,
        labels=dict(config.version_labels),
    )


def _parse(text: str) -> ModelServerConfig:
    from tensorflow_serving.config.model_server_config_pb2 import ModelServerConfig

    try:
        return text_format.Parse(text, ModelServerConfig())
    except text_format.ParseError as error:
        raise RolloutRefused(f"It is not a ModelServerConfig in protobuf text: {error}.") from error


def _replace_fields(text: str, position: int, config: ModelConfig) -> str:
    """The text, with a model's CHANGED fields replaced; the empty text if it is not found."""
    lists = [b for b in find_blocks(text, 0, len(text)) if b.name == "model_config_list"]
    found = [block for one in lists for block in find_blocks(text, one.body, one.body_end)]
    if position >= len(found):
        return ""
    block = found[position]
    kept, start = [], block.body
    for field in find_blocks(text, block.body, block.body_end):
        if field.name in CHANGED:
            kept.append(text[start : field.start].rstrip())
            start = _find_end(text, field)
    kept.append(text[start : block.body_end])
    margin = _find_margin(text, block)
    body = "".join(kept).rstrip()
    written = textwrap.indent(_write_fields(config), margin + "  ")
    return f"{text[: block.body]}{body}\n{written}{margin}{text[block.body_end :]}"


def _find_end(text: str, field: Block) -> int:
    separator = SEPARATOR.match(text, field.end)
    return separator.end() if separator else field.end


def _find_margin(text: str, block: Block) -> str:
    """The spaces before a block's first line."""
    line = text[text.rfind("\n", 0, block.start) + 1 : block.start]
    return line[: len(line) - len(line.lstrip())]


def _write_fields(config: ModelConfig) -> str:
    only = type(config)(model_version_policy=config.model_version_policy)
    only.version_labels.update(config.version_labels)
    return text_format.MessageToString(only)


def _is_text_of(text: str, wanted: ModelServerConfig) -> bool:
    try:
        return bool(text) and _parse(text) == wanted
    except RolloutRefused:
        return False
