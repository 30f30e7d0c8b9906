"""What an experiment is: frozen, typed dataclasses that hold all its result depends on.

Where a run happens is no part of it: that is pipeline/settings.py. Whoever builds one of these
with a value that no run could use gets a ValueError that names the value.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

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
PixelValue = Annotated[int, Field(ge=0, le=255)]
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
class MaskConfig:
    """How the values of mask files are read: the n-th of them means the n-th of the classes."""

    values: Annotated[tuple[PixelValue, ...], Field(min_length=2)]
    ignored: PixelValue | None  # Counts for no class, neither in training nor in evaluation.
    unlisted: Literal["keep", "reject"]  # Images of the official layout that its list leaves out.
    ground: tuple[str, ...]  # Classes that are no part of an object: augment.paste leaves them.

    def __post_init__(self) -> None:
        if len({*self.values, self.ignored}) <= len(self.values):
            raise ValueError(
                f"values={list(self.values)} and ignored={self.ignored}: a value is there twice"
            )


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
    mask: MaskConfig | None = None  # With it, each image has a mask; without, a class.
    task: str = ""  # Of TASKS in trainer/tasks; empty: masks if there is a mask, else classes.


@dataclass(frozen=True, kw_only=True, config=STRICT)
class ClassifierConfig:
    """The shape of a classifier in trainer/models."""

    name: Literal["fcn"] = "fcn"
    widths: Widths = (64, 128, 256)  # Channels of each stage; each halves height and width.
    blocks: Count = 1  # Residual blocks in each stage.
    head: Literal["conv", "dense"] = "conv"
    pooling: Literal["average", "max"] = "average"
    dropout: FractionBelow1 = 0.3


@dataclass(frozen=True, kw_only=True, config=STRICT)
class UNetConfig:
    """The shape of a U-Net in trainer/models."""

    name: Literal["unet_small"] = "unet_small"
    widths: Widths = (32, 64, 96, 128, 192)  # Channels of each stage; each halves both sides.
    blocks: Count = 1  # Residual blocks in each stage.
    dropout: FractionBelow1 = 0.2
    mirrored: bool = False  # Serving looks at the mirrored image too, and averages: twice the work.
    sides: tuple[Count, ...] = ()  # Pixels, for data.max_side: serving averages over all of these.


@dataclass(frozen=True, kw_only=True, config=STRICT)
class VGGConfig:
    """The shape of a model on VGG-16 in trainer/models."""

    name: Literal["fcn8s", "fcn16s", "fcn32s", "vgg16_deconv"]
    width: Positive = 1.0  # Times VGG-16's channels; other than 1 has no pretrained weights.
    weights: str = "imagenet"  # Or "none", or a file of Keras's VGG-16 weights (.h5).
    frozen: bool = False  # Whether the weights that were read stay as they are.
    dropout: FractionBelow1 = 0.5


ModelConfig = Annotated[
    ClassifierConfig | UNetConfig | VGGConfig, Field(discriminator="name")
]  # Of BUILDERS in trainer/models.


@dataclass(frozen=True, kw_only=True, config=STRICT)
class AugmentConfig:
    """How training images differ from epoch to epoch."""

    side: Count  # Pixels: the longer side of a training crop, at the most; a multiple of the grid.
    grid: Count  # Pixels: crops have sides of multiples of this, so that batches need no padding.
    min_crop_area: FractionAbove0  # Of the image's area; 1 keeps the whole image.
    max_zoom: Factor  # A crop is enlarged by up to this factor, to reach the side.
    max_aspect_change: Factor  # A crop's aspect ratio moves by up to this factor.
    brightness: Fraction
    contrast: Fraction
    saturation: Fraction
    tint: Fraction  # Each channel's brightness alone.
    grey: Fraction  # How many images lose their colours.
    paste: Fraction  # Of masks: how many images have their objects put over another image.
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
    dice: Amount  # Of masks: the weight of the Dice term beside the cross-entropy; 0 leaves it out.
    class_weights: tuple[Positive, ...]  # Of masks, one for each class; none: all weigh alike.
    ema_momentum: Fraction  # The exported weights are a moving average of the learned ones.
    seed: Seed


CLASS_METRICS = ("accuracy", "top_2_accuracy")
MASK_METRICS = ("mean_iou", "pixel_accuracy")


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Threshold:
    """What a metric must reach for the model to be pushed."""

    metric: Literal["accuracy", "top_2_accuracy", "mean_iou", "pixel_accuracy"]
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

    @property
    def mask_classes(self) -> tuple[str, ...]:
        """The classes of the pixels; none where whole images have classes."""
        return self.data.classes if self.data.mask else ()

    @property
    def task(self) -> str:
        """The name of the task: see trainer/tasks."""
        return self.data.task or ("masks" if self.data.mask else "classes")

    def __post_init__(self) -> None:
        if self.task in _CHECKS:
            _CHECKS[self.task](self)


def _check_classes(experiment: Experiment) -> None:
    """Raises ValueError for what only masks go with."""
    if experiment.data.mask:
        raise ValueError("data.task=classes does not use data.mask: set data.mask to null")
    _check_gate(experiment, CLASS_METRICS)
    if not isinstance(experiment.model, ClassifierConfig):
        raise ValueError(
            f'model.name={experiment.model.name} makes masks, and data.mask is null: take "fcn"'
        )
    train = experiment.train
    if train.dice or train.class_weights or experiment.augment.paste:
        raise ValueError(
            "train.dice, train.class_weights and augment.paste are for masks: leave 0.0, [] and 0.0"
        )


def _check_masks(experiment: Experiment) -> None:
    """Raises ValueError for what only classes go with, and for unequal numbers of classes."""
    if not experiment.data.mask:
        raise ValueError("data.task=masks needs data.mask: say how the mask files are read")
    _check_gate(experiment, MASK_METRICS)
    classes, values = experiment.data.classes, experiment.data.mask.values
    if isinstance(experiment.model, ClassifierConfig):
        raise ValueError(f"model.name={experiment.model.name} makes no masks: take unet_small")
    if len(classes) != len(values):
        raise ValueError(
            f"data.classes={list(classes)} and data.mask.values={list(values)} are not equally "
            "many: the n-th value means the n-th class"
        )
    if experiment.augment.mixup:
        raise ValueError("augment.mixup blends classes, and masks have none to blend: set it to 0")
    if len(experiment.train.class_weights) not in (0, len(classes)):
        raise ValueError(f"train.class_weights needs {len(classes)} weights, or none")
    _check_ground(experiment.data.mask.ground, experiment)


_CHECKS = {"classes": _check_classes, "masks": _check_masks}


def _check_ground(ground: tuple[str, ...], experiment: Experiment) -> None:
    classes = experiment.data.classes
    if not {*ground} <= {*classes}:
        raise ValueError(f"data.mask.ground={list(ground)}: take of data.classes={list(classes)}")
    if experiment.augment.paste and not ground:
        raise ValueError("augment.paste cuts out objects: name the rest in data.mask.ground")


def _check_gate(experiment: Experiment, measured: tuple[str, ...]) -> None:
    for threshold in experiment.gate:
        if threshold.metric not in measured:
            raise ValueError(
                f"gate: {threshold.metric} is not measured here; there are: {', '.join(measured)}"
            )


def to_json(experiment: Experiment) -> str:
    """The experiment as one line of JSON: how it travels to a step on another machine."""
    return _ADAPTER.dump_json(experiment).decode("utf-8")


def from_json(text: str) -> Experiment:
    """The experiment that `to_json` wrote. Raises ValueError where a name or value does not fit."""
    return _ADAPTER.validate_json(text)


_ADAPTER = pydantic.TypeAdapter(Experiment)
