"""The shapes of the models in trainer/models, as an experiment gives them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StrictBool
from pydantic.dataclasses import dataclass

from trainer.config_values import KNOWN_NAMES_ONLY, Count, FractionBelow1, Positive, Widths


@dataclass(frozen=True, kw_only=True, config=KNOWN_NAMES_ONLY)
class ClassifierConfig:
    """The shape of a classifier in trainer/models."""

    name: Literal["fcn"] = "fcn"
    widths: Widths = (64, 128, 256)  # Channels of each stage; each halves height and width.
    blocks: Count = 1  # Residual blocks in each stage.
    head: Literal["conv", "dense"] = "conv"
    pooling: Literal["average", "max"] = "average"
    dropout: FractionBelow1 = 0.3


@dataclass(frozen=True, kw_only=True, config=KNOWN_NAMES_ONLY)
class UNetConfig:
    """The shape of a U-Net in trainer/models."""

    name: Literal["unet_small"] = "unet_small"
    widths: Widths = (32, 64, 96, 128, 192)  # Channels of each stage; each halves both sides.
    blocks: Count = 1  # Residual blocks in each stage.
    dropout: FractionBelow1 = 0.2
    mirrored: StrictBool = False  # Serving averages with the mirrored image: twice the work.
    sides: tuple[Count, ...] = ()  # Pixels: serving averages over these sides, not data.max_side.


@dataclass(frozen=True, kw_only=True, config=KNOWN_NAMES_ONLY)
class VGGConfig:
    """The shape of a model on VGG-16 in trainer/models."""

    name: Literal["fcn8s", "fcn16s", "fcn32s", "vgg16_deconv"]
    width: Positive = 1.0  # Times VGG-16's channels; other than 1 has no pretrained weights.
    weights: str = "imagenet"  # Or "none", or a file of Keras's VGG-16 weights (.h5).
    frozen: StrictBool = False  # Whether pretrained weights stay fixed in training.
    dropout: FractionBelow1 = 0.5


ModelConfig = Annotated[
    ClassifierConfig | UNetConfig | VGGConfig, Field(discriminator="name")
]  # The names in trainer.models.BUILDERS.
