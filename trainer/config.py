"""What an experiment is: frozen, typed dataclasses that hold all its result depends on.

Where a run happens is no part of it: that is pipeline/settings.py.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pydantic


@dataclass(frozen=True, kw_only=True)
class DataConfig:
    """Which images count, how they are split, and how they are brought to size."""

    schema: str  # trainer/schemas/<schema>.pbtxt
    classes: tuple[str, ...]  # Empty: the folders found.
    split_ratios: tuple[int, int, int]  # train : val : test, unless the folder is split already.
    min_side: int  # Pixels; a smaller image is a reject.
    max_pixels: int  # Height x width; a larger image is a reject, and is not decoded.
    max_reject_fraction: float  # 0..1; more rejects stop the run.
    max_share_change: float  # 0..1; a class share may move this far from the served model's.
    shards: int  # TFRecord files for each split.
    max_side: int  # Pixels; larger images are scaled down, smaller ones keep their size.
    size_buckets: int  # Quantiles of the image area: slices of the evaluation.


@dataclass(frozen=True, kw_only=True)
class ModelConfig:
    """Which builder of trainer/models, and its shape."""

    name: str
    widths: tuple[int, ...]  # Channels of each stage; each stage halves height and width.
    blocks: int  # Residual blocks in each stage.
    head: Literal["conv", "dense"]
    pooling: Literal["average", "max"]
    dropout: float  # 0..1


@dataclass(frozen=True, kw_only=True)
class AugmentConfig:
    """How training images differ from epoch to epoch."""

    side: int  # Pixels: the longer side of a training crop, at the most.
    grid: int  # Pixels: crops have sides of multiples of this, so that batches need no padding.
    min_crop_area: float  # 0..1 of the image's area; 1 keeps the whole image.
    max_aspect_change: float  # A crop's aspect ratio moves by up to this factor, 1 or more.
    brightness: float  # 0..1
    contrast: float  # 0..1
    saturation: float  # 0..1


@dataclass(frozen=True, kw_only=True)
class TrainConfig:
    """How long and how fast the model learns."""

    epochs: int
    batch_size: int
    learning_rate: float  # The peak, at the end of the warm-up.
    warmup_epochs: float
    weight_decay: float
    label_smoothing: float  # 0..1
    ema_momentum: float  # 0..1: the exported weights are a moving average of the learned ones.
    seed: int


@dataclass(frozen=True, kw_only=True)
class Threshold:
    """What a metric must reach for the model to be pushed."""

    metric: str
    at_least: float
    max_drop: float | None = None  # Below the served model's value, at the most.
    each_class: bool = False  # Holds for each class's slice, not for the whole.


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """One experiment: data, model, training, and the gate its model must pass."""

    name: str  # Also the served model's name: letters, digits, "-" and "_".
    data: DataConfig
    model: ModelConfig
    augment: AugmentConfig
    train: TrainConfig
    gate: tuple[Threshold, ...]


def to_json(experiment: Experiment) -> str:
    """The experiment as one line of JSON: how it travels to a step on another machine."""
    return _ADAPTER.dump_json(experiment).decode("utf-8")


def from_json(text: str) -> Experiment:
    """The experiment that `to_json` wrote. Raises ValueError where a name or type does not fit."""
    return _ADAPTER.validate_json(text)


def with_overrides(experiment: Experiment, overrides: Sequence[str]) -> Experiment:
    """The experiment with values replaced: "train.epochs=5" and the like.

    Values are read as JSON, and as plain text where they are none. Raises ValueError that names
    the values which exist, or the type that the value should have.
    """
    tree = json.loads(to_json(experiment))
    for override in overrides:
        name, equals, value = override.partition("=")
        if not equals:
            raise ValueError(f"{override!r} is no NAME=VALUE, such as train.epochs=5.")
        _replace(tree, name, _value(value))
    try:
        return _ADAPTER.validate_python(tree)
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ValueError(f"{place}={first['input']!r}: {first['msg']}.") from error


def names(experiment: Experiment) -> list[str]:
    """Every value's name: "name", "data.schema" and so on."""
    return _names(json.loads(to_json(experiment)))


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


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


_ADAPTER = pydantic.TypeAdapter(Experiment)
