"""What an experiment is: frozen, typed dataclasses that hold all its result depends on.

Where a run happens is no part of it: that is pipeline/settings.py. Whoever builds one of these
with a value that no run could use gets a ValueError that names the value.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Sequence
from typing import Annotated, Any, Literal

import pydantic
from pydantic import AfterValidator, Field
from pydantic.dataclasses import dataclass

STRICT = pydantic.ConfigDict(extra="forbid", strict=True)


def _fit_for_kubernetes(name: str) -> str:
    if not re.fullmatch("[a-z]([a-z0-9-]{0,61}[a-z0-9])?", name):
        raise ValueError(
            'it should be 1 to 63 of a-z, 0-9 and "-", beginning with a letter and not ending '
            "with a hyphen: pipeline and served model are named so, in Kubernetes too"
        )
    return name


RunName = Annotated[str, AfterValidator(_fit_for_kubernetes)]
FileName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$")]
Count = Annotated[int, Field(ge=1)]
TwoOrMore = Annotated[int, Field(ge=2)]
Widths = Annotated[tuple[TwoOrMore, ...], Field(min_length=1)]
Seed = Annotated[int, Field(ge=0, lt=2**31)]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Factor = Annotated[float, Field(ge=1, allow_inf_nan=False)]
Fraction = Annotated[float, Field(ge=0, le=1)]
FractionAbove0 = Annotated[float, Field(gt=0, le=1)]
FractionBelow1 = Annotated[float, Field(ge=0, lt=1)]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class DataConfig:
    """Which images count, how they are split, and how they are brought to size."""

    schema: FileName  # trainer/schemas/<schema>.pbtxt
    classes: tuple[str, ...]  # Empty: the folders found.
    split_ratios: tuple[Count, Count, Count]  # train : val : test, unless the folder is split.
    min_side: Count  # Pixels; a smaller image is a reject.
    max_pixels: Count  # Height x width; a larger image is a reject, and is not decoded.
    max_reject_fraction: Fraction  # More rejects stop the run.
    max_share_change: Fraction  # A class share may move this far from the served model's.
    shards: Count  # TFRecord files for each split.
    max_side: Count  # Pixels; larger images are scaled down, smaller ones keep their size.
    size_buckets: TwoOrMore  # Quantiles of the image area: slices of the evaluation.


@dataclass(frozen=True, kw_only=True, config=STRICT)
class ModelConfig:
    """Which builder of trainer/models, and its shape."""

    name: Literal["fcn"]  # Of BUILDERS in trainer/models.
    widths: Widths  # Channels of each stage; each stage halves height and width.
    blocks: Count  # Residual blocks in each stage.
    head: Literal["conv", "dense"]
    pooling: Literal["average", "max"]
    dropout: FractionBelow1


@dataclass(frozen=True, kw_only=True, config=STRICT)
class AugmentConfig:
    """How training images differ from epoch to epoch."""

    side: Count  # Pixels: the longer side of a training crop, at the most; a multiple of the grid.
    grid: Count  # Pixels: crops have sides of multiples of this, so that batches need no padding.
    min_crop_area: FractionAbove0  # Of the image's area; 1 keeps the whole image.
    max_aspect_change: Factor  # A crop's aspect ratio moves by up to this factor.
    brightness: Fraction
    contrast: Fraction
    saturation: Fraction
    mixup: Amount  # How evenly two images are blended: Beta's parameter; 0 blends none.

    def __post_init__(self) -> None:
        if self.side % self.grid:
            raise ValueError(
                f"side={self.side} is no multiple of grid={self.grid}: "
                f"take {max(1, self.side // self.grid) * self.grid}."
            )


@dataclass(frozen=True, kw_only=True, config=STRICT)
class TrainConfig:
    """How long and how fast the model learns."""

    epochs: Count
    batch_size: Count
    learning_rate: Positive  # The peak, at the end of the warm-up.
    warmup_epochs: Amount
    weight_decay: Amount
    label_smoothing: Fraction
    ema_momentum: Fraction  # The exported weights are a moving average of the learned ones.
    seed: Seed


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Threshold:
    """What a metric must reach for the model to be pushed."""

    metric: Literal["accuracy", "top_2_accuracy"]
    at_least: Fraction
    max_drop: Fraction | None = None  # Below the served model's value, at the most.
    each_class: bool = False  # Holds for each class's slice, not for the whole.


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Experiment:
    """One experiment: data, model, training, and the gate its model must pass."""

    name: RunName  # Also the pipeline's, the served model's and its folder's.
    data: DataConfig
    model: ModelConfig
    augment: AugmentConfig
    train: TrainConfig
    gate: tuple[Threshold, ...]


def to_json(experiment: Experiment) -> str:
    """The experiment as one line of JSON: how it travels to a step on another machine."""
    return _ADAPTER.dump_json(experiment).decode("utf-8")


def from_json(text: str) -> Experiment:
    """The experiment that `to_json` wrote. Raises ValueError where a name or value does not fit."""
    return _ADAPTER.validate_json(text)


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
    try:
        return from_json(json.dumps(tree))
    except pydantic.ValidationError as error:
        raise ValueError(" ".join(map(_sentence, error.errors()))) from error


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


def _sentence(error: Any) -> str:
    """What pydantic says of one value, with the value's name as an override has it."""
    place = ".".join(str(part) for part in error["loc"])
    value = "" if isinstance(error["input"], dict) else f"={json.dumps(error['input'])}"
    said = error["msg"].removeprefix("Value error, ").rstrip(".")
    return f"{place}{value}: {said}."


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


_ADAPTER = pydantic.TypeAdapter(Experiment)
