"""Exports a published classifier with ImageNet's 1,000 classes: to be asked, without training."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args, get_type_hints

import keras
import numpy as np
from numpy.typing import NDArray

from trainer import models, overrides
from trainer.config import Recipe
from trainer.configs import flowers_transfer
from trainer.data.preprocessing import DataStatistics
from trainer.export import saved_model
from trainer.model_config import ApplicationConfig, Lite0Config
from trainer.models.applications import weights
from trainer.models.backbones import lite0_weights

CLASSES = 1000
LITE0_CLASSES = ("_fc.weight", "_fc.bias")  # In the package's file.
SIDE = 256  # Pixels: the networks learned on crops of 224 from images of about this side.
# VGG-16 names an image by dense layers of 7 x 7 positions: not a mean over an image of any size.
NETWORKS = ("lite0", *get_args(get_type_hints(ApplicationConfig)["name"]))
NAMED = tuple(name for name in NETWORKS if name != "vgg16")


def make_recipe(network: str, source: str, names: Sequence[str]) -> Recipe:
    """What describes the exported model: its name, its network and its classes.

    `source` is "imagenet" or a file. Raises ValueError for other names of networks than NAMED.
    """
    if network not in NAMED:
        raise ValueError(f"{network!r} has no classes to export: use one of {', '.join(NAMED)}.")
    return overrides.apply_overrides(
        flowers_transfer.EXPERIMENT,
        [
            f"name=imagenet-{network.replace('_', '-')}",
            f"model.name={network}",
            f"model.weights={json.dumps(source)}",
            "data.schema=images",
            f"data.classes={json.dumps(names)}",
            f"data.max_side={SIDE}",
        ],
    )


def export(recipe: Recipe, folder: str) -> None:
    """Writes the SavedModel, with all signatures of a classifier. Raises what `build` raises."""
    saved_model.save(build(recipe), make_statistics(recipe), recipe, folder)


def build(recipe: Recipe) -> keras.Model:
    """The network with the weights of its backbone and of its classes.

    Raises ValueError and OSError as the readers of weights do.
    """
    config: Any = recipe.model
    model = models.build(config, make_statistics(recipe))
    logits, found = model.get_layer("logits"), read_classes(config)
    shapes, needed = ([tuple(each.shape) for each in some] for some in (found, logits.weights))
    if shapes != needed:
        raise ValueError(
            f"model.weights={config.weights} has classes of the shapes {shapes}, not {needed}: "
            f"give a file with ImageNet's {CLASSES:,} classes."
        )
    logits.set_weights(found)
    return model


def make_statistics(recipe: Recipe) -> DataStatistics:
    """The labels; pretrained networks scale pixels as they learned it."""
    return DataStatistics(recipe.data.classes, (0.0,) * 3, (1.0,) * 3, ())


def read_classes(config: Any) -> list[NDArray[Any]]:
    """The kernel [channels, 1000] and the offsets [1000] of the classes."""
    if not isinstance(config, Lite0Config):
        return weights.load_classes(config)
    tensors = lite0_weights.load(config)
    missing = [name for name in LITE0_CLASSES if name not in tensors]
    if missing:
        raise ValueError(
            f"model.weights={config.weights} lacks {' and '.join(missing)}, the weights of its "
            "classes: give a file that contains them."
        )
    kernel, bias = (tensors[name] for name in LITE0_CLASSES)
    return [kernel.T, bias]


def read_names(path: str) -> tuple[str, ...]:
    """The names of a file, one in a line, in the order of the classes.

    "" stands for Keras's list, which Keras downloads at first use. Raises ValueError for another
    number of names, OSError if they cannot be read.
    """
    if not path:
        return download_names()
    try:
        names = Path(path).read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is not UTF-8 text ({error}): save it as UTF-8.") from error
    if len(names) != CLASSES:
        raise ValueError(f"{path} has {len(names):,} lines: ImageNet has {CLASSES:,} classes.")
    return make_unique(names, [f"class {number}" for number in range(CLASSES)])


def download_names() -> tuple[str, ...]:
    """Keras's names, in the order of the classes. Raises OSError if they cannot be downloaded."""
    ranks = -np.arange(CLASSES, dtype=np.float32)[np.newaxis]  # So that they come in order.
    try:
        (rows,) = keras.applications.imagenet_utils.decode_predictions(ranks, top=CLASSES)
    except Exception as error:  # Keras raises nothing narrower when a download fails.
        raise OSError(
            f"Keras cannot download the names of ImageNet's classes ({error}). Without the "
            "network, give a file with one name in a line by --class-names FILE."
        ) from error
    return make_unique([name for _, name, _ in rows], [number for number, _, _ in rows])


def make_unique(names: Sequence[str], others: Sequence[str]) -> tuple[str, ...]:
    """The names; one that stands for several classes (crane, maillot) with a second name, too."""
    counts = Counter(names)
    pairs = zip(names, others, strict=True)
    return tuple(f"{name} ({other})" if counts[name] > 1 else name for name, other in pairs)
