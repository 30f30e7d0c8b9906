"""The phases of training: first only the head, if an experiment wants that, then all weights."""

from __future__ import annotations

from typing import Literal

from pydantic import StrictBool
from pydantic.dataclasses import dataclass

from trainer.config_values import (
    KNOWN_NAMES_ONLY,
    Amount,
    Count,
    CountOrNone,
    Factor,
    Fraction,
    FractionAbove0,
    FractionBelow1,
    Positive,
    Seed,
)

Precision = Literal["float32", "bfloat16", "float16"]
Devices = Literal["one", "all"]


@dataclass(frozen=True, kw_only=True, config=KNOWN_NAMES_ONLY)
class AugmentConfig:
    """How training images differ from epoch to epoch."""

    side: Count  # Pixels: the longest side of a training crop; a multiple of the grid.
    grid: Count  # Pixels: sides of crops are multiples of it, so that batches need no padding.
    min_crop_area: FractionAbove0  # Of the image's area; 1 keeps the whole image.
    max_zoom: Factor  # A crop is enlarged by up to this factor to reach the side.
    max_aspect_change: Factor  # A crop's aspect ratio changes by up to this factor.
    brightness: Fraction
    contrast: Fraction
    saturation: Fraction
    tint: Fraction  # Brightness of each channel separately.
    grey: Fraction  # Share of the images that become grey.
    paste: Fraction  # Masks only: share of the images whose objects go onto another image.
    mixup: Amount  # Parameter of the Beta distribution that blends two images; 0: no blending.
    mirror: StrictBool = True  # Half of the images are mirrored; not for digits and letters.

    def __post_init__(self) -> None:
        if self.side % self.grid:
            raise ValueError(
                f"side={self.side} is not a multiple of grid={self.grid}: "
                f"use {max(1, self.side // self.grid) * self.grid}"
            )


@dataclass(frozen=True, kw_only=True, config=KNOWN_NAMES_ONLY)
class PhaseConfig:
    """How long and how fast a phase learns."""

    epochs: Count
    learning_rate: Positive  # The peak, at the end of the warm-up.
    warmup_epochs: Amount
    weight_decay: Amount
    optimizer: Literal["adamw", "nadam", "sgd"] = "adamw"
    momentum: FractionBelow1 = 0.9  # Of sgd.
    nesterov: StrictBool = True  # Of sgd: looks ahead by the momentum.
    schedule: Literal["cosine", "linear", "constant"] = "cosine"  # After the warm-up.


@dataclass(frozen=True, kw_only=True, config=KNOWN_NAMES_ONLY)
class HeadPhaseConfig(PhaseConfig):
    """The first phase: the head learns on features of the backbone, which stays as it is."""

    augment: AugmentConfig | None = None  # None: whole images; their features are computed once.


@dataclass(frozen=True, kw_only=True, config=KNOWN_NAMES_ONLY)
class TrainConfig(PhaseConfig):
    """The only phase, or the second one: the backbone learns too. Its views are of `augment`."""

    batch_size: Count  # Of both phases, as all that follows but layer_decay and fixed_stride.
    label_smoothing: FractionBelow1
    dice: Amount  # Masks only: weight of the Dice loss, added to the cross-entropy; 0: none.
    class_weights: tuple[Positive, ...]  # Masks only: one for each class; empty: equal weights.
    ema_momentum: FractionBelow1  # Of the moving average of the weights, which is exported.
    seed: Seed
    box_weight: Amount = 0.0  # Boxes only: weight of the box loss, added to the cross-entropy.
    layer_decay: FractionAbove0 = 1.0  # The factor of the rate from a group to the one before.
    fixed_stride: CountOrNone = 0  # The backbone's layers up to it keep their weights; 0: none.
    histogram_epochs: CountOrNone = 0  # From one log of weight histograms to the next; 0: no log.
    precision: Precision = "float32"  # Of the layers; float16 with a scaled loss.
    devices: Devices = "one"  # "all": each GPU of the machine takes `batch_size` images a step.
