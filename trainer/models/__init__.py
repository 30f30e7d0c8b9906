"""The models, by name. They import Keras but not TensorFlow, so they run on any Keras backend."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import keras

from trainer.model_config import ModelConfig
from trainer.models import fcn, fcn_vgg16, lite0, unet_lite0, unet_small, vgg16_deconv
from trainer.models.applications import classifier, unet
from trainer.models.applications import weights as application_weights
from trainer.models.applications.networks import NETWORKS
from trainer.models.backbones import lite0_weights, vgg16_weights
from trainer.models.backbones.lite0 import GROUPS as LITE0
from trainer.models.backbones.vgg16 import GROUPS as VGG16
from trainer.models.classic import (
    alexnet,
    fashion_cnn,
    googlenet,
    lenet5,
    mlp,
    resnet,
    tutorial_fcn,
)
from trainer.models.localizers import fcn_boxes, lite0_boxes

if TYPE_CHECKING:
    from trainer.data.preprocessing import DataStatistics

BUILDERS: dict[str, Callable[..., keras.Model]] = {
    "fcn": fcn.build,
    "lite0": lite0.build,
    "unet_lite0": unet_lite0.build,
    "unet_small": unet_small.build,
    "fcn8s": fcn_vgg16.build,
    "fcn16s": fcn_vgg16.build,
    "fcn32s": fcn_vgg16.build,
    "vgg16_deconv": vgg16_deconv.build,
    **dict.fromkeys(NETWORKS, classifier.build),
    **{f"unet_{name}": unet.build for name in NETWORKS},
    "alexnet": alexnet.build,
    "fashion_cnn": fashion_cnn.build,
    "googlenet": googlenet.build,
    "lenet5": lenet5.build,
    "mlp": mlp.build,
    "resnet34": resnet.build,
    "se_resnet34": resnet.build,
    "tutorial_fcn": tutorial_fcn.build,
    "fcn_boxes": fcn_boxes.build,
    "lite0_boxes": lite0_boxes.build,
}
BACKBONES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("lite0", "unet_lite0", "lite0_boxes"), LITE0),
    **dict.fromkeys(("fcn8s", "fcn16s", "fcn32s", "vgg16_deconv"), VGG16),
    **{
        prefix + name: network.groups
        for name, network in NETWORKS.items()
        for prefix in ("", "unet_")
    },
}  # How the names of a backbone's layers begin, from the image on.

WEIGHT_CHECKS: dict[str, Callable[[Any], None]] = {
    **dict.fromkeys(("lite0", "unet_lite0", "lite0_boxes"), lite0_weights.check),
    **dict.fromkeys(("fcn8s", "fcn16s", "fcn32s", "vgg16_deconv"), vgg16_weights.check),
    **{prefix + name: application_weights.check for name in NETWORKS for prefix in ("", "unet_")},
}


def check_weights(config: ModelConfig) -> None:
    """Raises what `build` raises about missing weights, without reading any.

    Weights that Keras downloads at first use are not looked for.
    """
    if config.name in WEIGHT_CHECKS:
        WEIGHT_CHECKS[config.name](config)


def build(config: ModelConfig, statistics: DataStatistics) -> keras.Model:
    """The model that the experiment names, for the classes and the pixels of its data.

    Raises WeightsUnavailableError (an OSError) for missing weights, ValueError for others that do
    not fit the model.
    """
    classes = len(statistics.labels)
    return BUILDERS[config.name](config, classes=classes, mean=statistics.mean, std=statistics.std)
