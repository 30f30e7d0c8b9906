"""The shapes of the models in trainer/models, as an experiment gives them."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal, get_args

from pydantic import Field, StrictBool
from pydantic.dataclasses import dataclass

from trainer.classic_config import ClassicConfig
from trainer.config_values import (
    KNOWN_NAMES_ONLY,
    Count,
    FiveWidths,
    FourWidths,
    FractionBelow1,
    Positive,
    Widths,
)


@dataclass(frozen=True, kw_only=True, config=KNOWN_NAMES_ONLY)
class ClassifierConfig:
    """The shape of a classifier in trainer/models."""

    name: Literal["fcn"] = "fcn"
    widths: Widths = (64, 128, 256)  # Channels of each stage; each halves height and width.
    blocks: Count = 1  # Residual blocks in each stage.
    head: Literal["conv", "dense"] = "conv"
    pooling: Literal["average", "max"] = "average"
    dropout: FractionBelow1 = 0.3

    @property
    def hidden(self) -> int:
        """Channels of the convolutional head's hidden layer."""
        return self.widths[-1]


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
    refine: StrictBool = False  # vgg16_deconv only: a 3x3 convolution after each transposed one.
    widths: tuple[()] | FiveWidths = ()  # The same: the decoder's channels at strides 1 to 16.
    mirrored: StrictBool = False  # Serving averages with the mirrored image: twice the work.
    sides: tuple[Count, ...] = ()  # Pixels: serving averages over these sides, not data.max_side.

    def __post_init__(self) -> None:
        if self.name == "vgg16_deconv":
            return
        for name, none in (("refine", "false"), ("widths", "[]")):
            if getattr(self, name):
                raise ValueError(
                    f"{name} is of vgg16_deconv's decoder, and {self.name} has none: use {none}"
                )


@dataclass(frozen=True, kw_only=True, config=KNOWN_NAMES_ONLY)
class Lite0Config:
    """The shape of a classifier on EfficientNet-Lite0 in trainer/models."""

    name: Literal["lite0"] = "lite0"
    width: Positive = 1.0  # Times Lite0's channels; other than 1 has no pretrained weights.
    weights: str = "imagenet"  # Or "none", or a file with the names of the package's .pth file.
    batch_norm: Literal["frozen", "trained"] = "frozen"  # Frozen: a factor and an offset.
    head: Literal["conv", "dense"] = "dense"
    hidden: Count = 256  # Channels of the convolutional head's hidden layer.
    pooling: Literal["average", "max"] = "average"
    dropout: FractionBelow1 = 0.2


@dataclass(frozen=True, kw_only=True, config=KNOWN_NAMES_ONLY)
class UNetLite0Config:
    """The shape of a U-Net on EfficientNet-Lite0 in trainer/models."""

    name: Literal["unet_lite0"] = "unet_lite0"
    width: Positive = 1.0  # Times Lite0's channels; other than 1 has no pretrained weights.
    weights: str = "imagenet"  # Or "none", or a file with the names of the package's .pth file.
    batch_norm: Literal["frozen", "trained"] = "frozen"  # Frozen: a factor and an offset.
    widths: FourWidths = (24, 32, 64, 96)  # Channels of the decoder at strides 2, 4, 8 and 16.
    dropout: FractionBelow1 = 0.2
    mirrored: StrictBool = False  # Serving averages with the mirrored image: twice the work.
    sides: tuple[Count, ...] = ()  # Pixels: serving averages over these sides, not data.max_side.


@dataclass(frozen=True, kw_only=True, config=KNOWN_NAMES_ONLY)
class ApplicationConfig:
    """The shape of a classifier on a network of keras.applications in trainer/models."""

    name: Literal[
        "mobilenet_v2", "resnet50", "resnet50_v2", "xception", "vgg16", "efficientnet_v2_b0"
    ]
    width: Positive = 1.0  # Times the network's channels; MobileNetV2's alpha.
    weights: str = "imagenet"  # Or "none", or a file of Keras's weights of the network (.h5).
    batch_norm: Literal["frozen", "trained"] = "frozen"  # Frozen: the statistics of the weights.
    head: Literal["conv", "dense"] = "dense"
    hidden: Count = 256  # Channels of the convolutional head's hidden layer.
    pooling: Literal["average", "max"] = "average"
    dropout: FractionBelow1 = 0.2

    @property
    def backbone(self) -> str:
        """The name of the network."""
        return self.name


@dataclass(frozen=True, kw_only=True, config=KNOWN_NAMES_ONLY)
class UNetApplicationConfig:
    """The shape of a U-Net on a network of keras.applications in trainer/models."""

    name: Literal[
        "unet_mobilenet_v2",
        "unet_resnet50",
        "unet_resnet50_v2",
        "unet_xception",
        "unet_vgg16",
        "unet_efficientnet_v2_b0",
    ]
    width: Positive = 1.0  # Times the network's channels; MobileNetV2's alpha.
    weights: str = "imagenet"  # Or "none", or a file of Keras's weights of the network (.h5).
    batch_norm: Literal["frozen", "trained"] = "frozen"  # Frozen: the statistics of the weights.
    widths: FourWidths = (24, 32, 64, 96)  # Channels of the decoder at strides 2, 4, 8 and 16.
    dropout: FractionBelow1 = 0.2
    mirrored: StrictBool = False  # Serving averages with the mirrored image: twice the work.
    sides: tuple[Count, ...] = ()  # Pixels: serving averages over these sides, not data.max_side.

    @property
    def backbone(self) -> str:
        """The name of the network."""
        return self.name.removeprefix("unet_")


@dataclass(frozen=True, kw_only=True, config=KNOWN_NAMES_ONLY)
class FCNBoxesConfig:
    """The shape of a localizer with the stages of `fcn` in trainer/models/localizers."""

    name: Literal["fcn_boxes"] = "fcn_boxes"
    widths: Widths = (64, 128, 256)  # Channels of each stage; each halves height and width.
    blocks: Count = 1  # Residual blocks in each stage.
    hidden: Count = 128  # Channels of the box head's hidden layer.
    dropout: FractionBelow1 = 0.3


@dataclass(frozen=True, kw_only=True, config=KNOWN_NAMES_ONLY)
class Lite0BoxesConfig:
    """The shape of a localizer on EfficientNet-Lite0 in trainer/models/localizers."""

    name: Literal["lite0_boxes"] = "lite0_boxes"
    width: Positive = 1.0  # Times Lite0's channels; other than 1 has no pretrained weights.
    weights: str = "imagenet"  # Or "none", or a file with the names of the package's .pth file.
    batch_norm: Literal["frozen", "trained"] = "frozen"  # Frozen: a factor and an offset.
    hidden: Count = 256  # Channels of the box head's hidden layer.
    dropout: FractionBelow1 = 0.2


ModelConfig = Annotated[
    ClassifierConfig
    | UNetConfig
    | VGGConfig
    | Lite0Config
    | UNetLite0Config
    | ApplicationConfig
    | UNetApplicationConfig
    | ClassicConfig
    | FCNBoxesConfig
    | Lite0BoxesConfig,
    Field(discriminator="name"),
]  # The names in trainer.models.BUILDERS.
CLASSIFIERS = (ClassifierConfig, Lite0Config, ApplicationConfig, *get_args(ClassicConfig))
LOCALIZERS = (FCNBoxesConfig, Lite0BoxesConfig)
PRETRAINED = (
    VGGConfig,
    Lite0Config,
    UNetLite0Config,
    ApplicationConfig,
    UNetApplicationConfig,
    Lite0BoxesConfig,
)  # They have a backbone.
AVERAGING = (
    UNetConfig,
    VGGConfig,
    UNetLite0Config,
    UNetApplicationConfig,
)  # Their served models average over several views.


def drop_weights(config: ModelConfig) -> ModelConfig:
    """The same model with new weights, for callers that need only its shape or its cost.

    Pixels are normalized in another way, and VGG-16's features are not divided.
    """
    return replace(config, weights="none") if isinstance(config, PRETRAINED) else config
