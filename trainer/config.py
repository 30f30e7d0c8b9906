"""An experiment: frozen, typed dataclasses with everything that its result depends on.

Where a run happens is not part of it: see pipeline/settings.py. Each class raises a ValueError
that names the value if no run could use it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Literal

import pydantic
from pydantic import AfterValidator, Field, StrictBool
from pydantic.dataclasses import dataclass

from trainer.config_values import (
    KNOWN_NAMES_ONLY,
    ClassNames,
    Count,
    CropBox,
    FileName,
    Fraction,
    FractionAbove0,
    MetricName,
    PixelValue,
    RunName,
    SplitRatios,
    TwoOrMore,
)
from trainer.data.limits import LONGEST_SIDE, SizeLimits, Sizing
from trainer.doubt_config import DoubtConfig
from trainer.gate_checks import OF_UNION, check_gate, check_threshold, check_unions
from trainer.model_config import ModelConfig
from trainer.phase_config import AugmentConfig, HeadPhaseConfig, TrainConfig
from trainer.task_checks import (
    CHECKS,
    check_channels,
    check_phases,
    check_served_sizes,
    check_serving,
    check_sizing,
)


@dataclass(frozen=True, kw_only=True, config=KNOWN_NAMES_ONLY)
class MaskConfig:
    """How the pixel values of mask files are read: the n-th value means the n-th class."""

    values: Annotated[tuple[PixelValue, ...], Field(min_length=2)]
    ignored: PixelValue | None  # Not a class: left out of training and evaluation.
    unlisted: Literal["keep", "reject"]  # Images that the official list leaves out.
    oriented: Literal["stored", "shown", "auto"]  # Drawn on the pixels before or after the turn.
    suffix: str  # What a mask's name has after its image's: "_mask" for a.jpg and a_mask.png.
    ground: ClassNames  # Classes that are not objects: augment.paste leaves them out.

    def __post_init__(self) -> None:
        if len({*self.values, self.ignored}) <= len(self.values):
            raise ValueError(
                f"values={list(self.values)} and ignored={self.ignored}: use each value once"
            )


@dataclass(frozen=True, kw_only=True, config=KNOWN_NAMES_ONLY)
class DataConfig:
    """Which images are accepted, how they are split, and how they are scaled."""

    schema: FileName  # trainer/data/schemas/<schema>.pbtxt
    classes: ClassNames  # Empty: the names of the folders.
    split_ratios: SplitRatios  # train : val : test, if the folder is not split already.
    near_duplicates: Literal["together", "apart"]  # Whether images that look alike share a split.
    min_side: Count  # Pixels; a smaller image is a reject.
    max_pixels: Count  # Height x width; a larger image is a reject, and is not decoded.
    max_reject_fraction: Fraction  # More rejects stop the run.
    max_share_change: Fraction  # How far a class share may be from the served model's.
    shards: Count  # TFRecord files for each split.
    max_side: Count  # Pixels: what `sizing` brings the sides of an image to.
    channels: Literal[1, 3] = 3  # Of the model's inputs: grey, or red, green and blue.
    size_buckets: TwoOrMore  # Quantiles of the image area: slices of the evaluation.
    images_per_class: tuple[Count, Count, Count] | None = None  # train, val, test: at most so many.
    sizing: Sizing = "limit"  # How images become the ones that the model sees.
    crop: CropBox | None = None  # The part of each image that is used; None: all. See serve.crop.
    mask: MaskConfig | None = None  # None: each image has a class; else each has a mask.
    task: str = ""  # A name in trainer.tasks.TASKS; empty: masks if there is a mask, else classes.

    @property
    def box_classes(self) -> tuple[str, ...]:
        """The names of what is in boxes; empty if the task does not learn boxes."""
        return self.classes if self.task == "boxes" else ()

    @property
    def limits(self) -> SizeLimits:
        """Which images training takes, and what it sees of them."""
        return SizeLimits(
            self.max_side,
            self.max_pixels,
            sizing=self.sizing,
            channels=self.channels,
            crop=self.crop,
        )


@dataclass(frozen=True, kw_only=True, config=KNOWN_NAMES_ONLY)
class ServeConfig:
    """What a served model sees of an image, and what it says about how sure it is."""

    # Pixels: a larger image is scaled down. "training": data.max_side; "native": never.
    max_side: Count | Literal["training", "native"] = "training"
    crop: CropBox | None = None  # The part that is evaluated and served; None: data.crop.
    tile: Count | None = None  # Pixels: tiles of this side, one after the other; None: whole.
    calibrated: StrictBool = True  # Probabilities are fitted to the validation split.
    unknown_below: FractionAbove0 | None = None  # Not masks: below it, an answer is `unknown`.
    confidence: StrictBool = False  # Masks only: also the probability of each pixel's class.


@dataclass(frozen=True, kw_only=True, config=KNOWN_NAMES_ONLY)
class Threshold:
    """The value that a metric must reach, or must not pass, for the model to be pushed."""

    metric: str  # One of the task's: see gate_checks.METRICS.
    at_least: Fraction | None = None
    at_most: Fraction | None = None  # Instead of at_least, for a metric of which less is better.
    max_drop: Fraction | None = None  # How far it may be below the served model's value.
    each_class: StrictBool = False  # Checked for each class, not overall.

    def __post_init__(self) -> None:
        check_threshold(self)


@dataclass(frozen=True, kw_only=True, config=KNOWN_NAMES_ONLY)
class ClassUnion:
    """Classes of pixels that are measured as one against all others, as the metric NAME_iou."""

    name: MetricName
    classes: Annotated[ClassNames, Field(min_length=1)]

    @property
    def metric(self) -> str:
        """The name of its intersection over union, for the gate too."""
        return f"{self.name}{OF_UNION}"


def _check_not_empty(gate: tuple[Threshold, ...]) -> tuple[Threshold, ...]:
    if not gate:
        raise ValueError(
            "it is empty: give at least one threshold, such as "
            '[{"metric": "accuracy", "at_least": 0.5}]'
        )
    return gate


Gate = Annotated[tuple[Threshold, ...], AfterValidator(_check_not_empty)]


@dataclass(frozen=True, kw_only=True, config=pydantic.ConfigDict(extra="ignore"))
class Recipe:
    """The part of an experiment that the Trainer needs: all that decides what the model learns.

    An experiment's JSON is valid here too; its gate, unions and doubt are ignored.
    """

    name: RunName  # Also the name of the pipeline, of the served model and of its folder.
    data: DataConfig
    model: ModelConfig
    augment: AugmentConfig
    train: TrainConfig
    head_phase: HeadPhaseConfig | None = None  # Before `train`; None: all weights learn at once.
    serve: ServeConfig = ServeConfig()

    @property
    def task(self) -> str:
        """The name of the task: see trainer/tasks."""
        return self.data.task or ("masks" if self.data.mask else "classes")

    @property
    def for_evaluation(self) -> Recipe:
        """The recipe with `serve.crop`, if it is set, in place of `data.crop`."""
        if not self.serve.crop:
            return self
        return replace(self, data=replace(self.data, crop=self.serve.crop))

    @property
    def served_limits(self) -> SizeLimits:
        """What the served model takes, and in which size it sees it."""
        limits, side = self.for_evaluation.data.limits, self.serve.max_side
        if side == "training":
            return limits
        longest = min(self.data.max_pixels, LONGEST_SIDE)  # No side is longer than max_pixels.
        return limits._replace(max_side=longest if side == "native" else side)

    def __post_init__(self) -> None:
        if self.task in CHECKS:
            CHECKS[self.task](self)
        check_serving(self)
        check_phases(self)
        check_sizing(self)
        check_channels(self)
        check_served_sizes(self)


@dataclass(frozen=True, kw_only=True, config=KNOWN_NAMES_ONLY)
class Experiment(Recipe):
    """One experiment: data, model, training, and the gate that its model must pass."""

    gate: Gate
    unions: tuple[ClassUnion, ...] = ()  # Masks only.
    doubt: DoubtConfig | None = None  # None: a run does not look for labels to doubt.

    def __post_init__(self) -> None:
        super().__post_init__()
        check_unions(self)
        check_gate(self)


def to_json(experiment: Experiment) -> str:
    """The experiment as one line of JSON."""
    return _EXPERIMENT.dump_json(experiment).decode("utf-8")


def from_json(text: str) -> Experiment:
    """Reads what `to_json` wrote. Raises ValueError for an unknown name or an invalid value."""
    return _EXPERIMENT.validate_json(text)


def from_values(values: dict[str, Any]) -> Experiment:
    """An experiment from its values by name. Raises ValueError for an invalid one."""
    return _EXPERIMENT.validate_python(values)


def recipe_to_json(recipe: Recipe) -> str:
    """The recipe as one line of JSON, without a gate: how it travels to the Trainer."""
    return _RECIPE.dump_json(recipe).decode("utf-8")


def recipe_from_json(text: str) -> Recipe:
    """Reads a recipe's or an experiment's JSON. Raises ValueError for an invalid value."""
    return _RECIPE.validate_json(text)


_EXPERIMENT = pydantic.TypeAdapter(Experiment)
_RECIPE = pydantic.TypeAdapter(Recipe)
