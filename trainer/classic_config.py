"""The shapes of the models in trainer/models/classic, as an experiment gives them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StrictInt
from pydantic.dataclasses import dataclass

from trainer.config_values import (
    KNOWN_NAMES_ONLY,
    Count,
    FractionBelow1,
    Positive,
    TwoOrMore,
    Widths,
)

ThreeWidths = tuple[TwoOrMore, TwoOrMore, TwoOrMore]


@dataclass(frozen=True, kw_only=True, config=KNOWN_NAMES_ONLY)
class TutorialFCNConfig:
    """The shape of the flower tutorial's network."""

    name: Literal["tutorial_fcn"] = "tutorial_fcn"
    widths: Widths = (32, 64, 128, 256, 512)  # Of each block; from the third on, they halve.
    hidden: Count = 64  # Channels of the head's hidden layer.
    head: Literal["conv", "dense"] = "dense"
    pooling: Literal["average", "max"] = "max"
    dropout: FractionBelow1 = 0.2


@dataclass(frozen=True, kw_only=True, config=KNOWN_NAMES_ONLY)
class ResNetConfig:
    """The shape of a residual network of 34 layers, with or without squeeze-and-excitation."""

    name: Literal["resnet34", "se_resnet34"]
    width: Positive = 1.0  # Times the published channels.


@dataclass(frozen=True, kw_only=True, config=KNOWN_NAMES_ONLY)
class GoogLeNetConfig:
    """The shape of a network of inception blocks."""

    name: Literal["googlenet"] = "googlenet"
    width: Positive = 1.0  # Times the published channels.
    dropout: FractionBelow1 = 0.4


@dataclass(frozen=True, kw_only=True, config=KNOWN_NAMES_ONLY)
class LeNet5Config:
    """The shape of LeNet-5."""

    name: Literal["lenet5"] = "lenet5"
    side: Annotated[StrictInt, Field(ge=28)] = 28  # Pixels: each image is scaled to this square.


@dataclass(frozen=True, kw_only=True, config=KNOWN_NAMES_ONLY)
class AlexNetConfig:
    """The shape of AlexNet."""

    name: Literal["alexnet"] = "alexnet"
    side: Annotated[StrictInt, Field(ge=67)] = 227  # Pixels: each image is scaled to this square.
    width: Positive = 1.0  # Times the published channels and units.
    dropout: FractionBelow1 = 0.5


@dataclass(frozen=True, kw_only=True, config=KNOWN_NAMES_ONLY)
class FashionCNNConfig:
    """The shape of a small network of convolutions and dense layers."""

    name: Literal["fashion_cnn"] = "fashion_cnn"
    side: Annotated[StrictInt, Field(ge=8)] = 28  # Pixels: each image is scaled to this square.
    widths: ThreeWidths = (64, 128, 256)  # Channels of each stage; each halves both sides.
    depth_pool: Count = 1  # So many neighbouring channels become their maximum; 1: none.
    hidden: Widths = (128, 64)  # Units of each hidden layer.
    dropout: FractionBelow1 = 0.5

    def __post_init__(self) -> None:
        if self.widths[-1] % self.depth_pool:
            raise ValueError(
                f"depth_pool={self.depth_pool} does not divide the {self.widths[-1]} channels of "
                "the last stage: use a divisor"
            )


@dataclass(frozen=True, kw_only=True, config=KNOWN_NAMES_ONLY)
class MLPConfig:
    """The shape of a network of dense layers."""

    name: Literal["mlp"] = "mlp"
    side: Count = 28  # Pixels: each image is scaled to this square.
    hidden: Widths = (300, 100)  # Units of each hidden layer.
    dropout: FractionBelow1 = 0.0


FixedSizeConfig = LeNet5Config | AlexNetConfig | FashionCNNConfig | MLPConfig
ClassicConfig = TutorialFCNConfig | ResNetConfig | GoogLeNetConfig | FixedSizeConfig
