"""Which values of an experiment fit its task: trainer/config.py calls these checks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from trainer.model_config import CLASSIFIERS, LOCALIZERS, PRETRAINED

if TYPE_CHECKING:
    from trainer.config import Recipe
    from trainer.phase_config import AugmentConfig


def check_phases(recipe: Recipe) -> None:
    """Raises ValueError for values that only models with a backbone, or its weights, can use."""
    if isinstance(recipe.model, PRETRAINED):
        _check_frozen(recipe.model)
        return
    for name, value, unused in (
        ("head_phase", recipe.head_phase, None),
        (f"train.layer_decay={recipe.train.layer_decay}", recipe.train.layer_decay, 1.0),
        (f"train.fixed_stride={recipe.train.fixed_stride}", recipe.train.fixed_stride, 0),
    ):
        if value != unused:
            raise ValueError(
                f"{name} applies to models with a backbone, and model.name={recipe.model.name} has "
                f"none: use {json.dumps(unused)}"
            )


def _check_frozen(model: Any) -> None:
    if getattr(model, "frozen", False) and model.weights == "none":
        raise ValueError(
            'model.frozen=true keeps pretrained weights, and model.weights="none" has none: use '
            'false, or model.weights="imagenet"'
        )


def list_views(recipe: Recipe) -> Iterator[tuple[str, AugmentConfig]]:
    """The names of the groups that say how images are augmented, one for each phase, and them."""
    yield "augment", recipe.augment
    if recipe.head_phase and recipe.head_phase.augment:
        yield "head_phase.augment", recipe.head_phase.augment


def check_serving(recipe: Recipe) -> None:
    """Raises ValueError for outputs that the task does not have."""
    serve = recipe.serve
    if recipe.task == "masks" and serve.unknown_below is not None:
        raise ValueError(
            f"serve.unknown_below={serve.unknown_below} is about the class of a whole image, which "
            "masks do not have: use null, and serve.confidence for each pixel"
        )
    if recipe.task != "masks" and serve.confidence:
        raise ValueError("serve.confidence=true applies to masks only: use false")


def check_sizing(recipe: Recipe) -> None:
    """Raises ValueError if pixels are cut off or added that a task's answers need."""
    sizing = recipe.data.sizing
    if recipe.task == "classes":
        return
    if sizing in ("resize_with_pad", "crop_or_pad"):
        raise ValueError(
            f"data.sizing={sizing} changes which pixels an image has, and the answers of "
            f"data.task={recipe.task} are about these: use limit or resize"
        )
    for name, crop in (("data.crop", recipe.data.crop), ("serve.crop", recipe.serve.crop)):
        if crop:
            raise ValueError(
                f"{name}={list(crop)} leaves out pixels, and the answers of "
                f"data.task={recipe.task} are about all of them: use null"
            )


def check_served_sizes(recipe: Recipe) -> None:
    """Raises ValueError for sizes of served images that the task or the model cannot have."""
    serve, sides = recipe.serve, getattr(recipe.model, "sides", ())
    if serve.tile and recipe.task == "boxes":
        raise ValueError(f"serve.tile={serve.tile}: a box is found in the whole image: use null")
    if serve.tile and recipe.task == "masks" and serve.max_side != "native" and not sides:
        raise ValueError(
            f"serve.tile={serve.tile} applies to masks of images in their own sizes, and "
            f"serve.max_side={serve.max_side}: use null, serve.max_side=native or model.sides"
        )
    if serve.tile and serve.confidence:
        raise ValueError(
            f"serve.tile={serve.tile} and serve.confidence=true: masks that are made tile by tile "
            "have no confidence: use null, or serve.confidence=false"
        )
    if serve.max_side == "training":
        return
    if recipe.data.sizing != "limit":
        raise ValueError(
            f"serve.max_side={serve.max_side} and data.sizing={recipe.data.sizing} both choose the "
            'size of an image: use "training", or data.sizing=limit'
        )
    if sides:
        raise ValueError(
            f"serve.max_side={serve.max_side} and model.sides={list(sides)} both choose the size "
            'of an image: use "training", or model.sides=[]'
        )


def check_channels(recipe: Recipe) -> None:
    """Raises ValueError for values that only colours can use, if the model sees none."""
    if recipe.data.channels > 1:
        return
    for group, views in list_views(recipe):
        colours = {"saturation": views.saturation, "tint": views.tint, "grey": views.grey}
        for name, value in colours.items():
            if value:
                raise ValueError(
                    f"{group}.{name}={value} changes colours, and data.channels=1 has none: use 0.0"
                )
    if isinstance(recipe.model, PRETRAINED) and recipe.model.weights != "none":
        raise ValueError(
            f"model.weights={recipe.model.weights} expects colours, and data.channels=1 has none: "
            'use "none", or data.channels=3'
        )


def check_classes(recipe: Recipe) -> None:
    """Raises ValueError for values that only masks can use."""
    if recipe.data.mask:
        raise ValueError("data.task=classes does not use data.mask: set data.mask to null")
    if not isinstance(recipe.model, CLASSIFIERS):
        raise ValueError(
            f'model.name={recipe.model.name} makes masks, but data.mask is null: use "fcn" or '
            '"lite0"'
        )
    _check_no_mask_values(recipe)
    _check_no_box_values(recipe)


def check_boxes(recipe: Recipe) -> None:
    """Raises ValueError for values that boxes cannot use."""
    if recipe.data.mask:
        raise ValueError("data.task=boxes does not use data.mask: set data.mask to null")
    if not isinstance(recipe.model, LOCALIZERS):
        raise ValueError(
            f"model.name={recipe.model.name} finds no boxes: use lite0_boxes or fcn_boxes"
        )
    if not recipe.data.classes:
        raise ValueError("data.classes is empty: name the objects as the files of boxes do")
    if not recipe.train.box_weight:
        raise ValueError("train.box_weight=0.0 does not learn boxes: use 1.0, for example")
    for group, views in list_views(recipe):
        if views.mixup:
            raise ValueError(f"{group}.mixup={views.mixup} blends two boxes: use 0.0")
    _check_no_mask_values(recipe)


def _check_no_box_values(recipe: Recipe) -> None:
    if recipe.train.box_weight:
        raise ValueError(
            f"train.box_weight={recipe.train.box_weight} applies to data.task=boxes only: use 0.0"
        )


def _check_no_mask_values(recipe: Recipe) -> None:
    train = recipe.train
    for name, value, unused in (
        ("train.dice", train.dice, "0.0"),
        ("train.class_weights", list(train.class_weights), "[]"),
        *((f"{group}.paste", views.paste, "0.0") for group, views in list_views(recipe)),
    ):
        if value:
            raise ValueError(f"{name}={value} applies to masks only: use {unused}")


def check_masks(recipe: Recipe) -> None:
    """Raises ValueError for values that only classes can use, and for unequal class counts."""
    mask = recipe.data.mask
    if not mask:
        raise ValueError("data.task=masks needs data.mask: describe the mask files in it")
    classes = recipe.data.classes
    if isinstance(recipe.model, (*CLASSIFIERS, *LOCALIZERS)):
        raise ValueError(
            f"model.name={recipe.model.name} labels whole images and makes no masks: use "
            "unet_small or unet_lite0"
        )
    if len(classes) != len(mask.values):
        raise ValueError(
            f"data.classes={list(classes)} and data.mask.values={list(mask.values)} differ in "
            "number: give one value for each class, in the same order"
        )
    for group, views in list_views(recipe):
        if views.mixup:
            raise ValueError(
                f"{group}.mixup={views.mixup} blends the classes of whole images, which masks do "
                "not have: use 0.0"
            )
    _check_no_box_values(recipe)
    _check_weights(recipe)
    _check_ground(recipe, mask.ground)


def _check_weights(recipe: Recipe) -> None:
    weights, classes = recipe.train.class_weights, recipe.data.classes
    if len(weights) not in (0, len(classes)):
        raise ValueError(
            f"train.class_weights={list(weights)} has {len(weights)} values for {len(classes)} "
            f"classes, {list(classes)}: give one value for each class, or []"
        )


def _check_ground(recipe: Recipe, ground: tuple[str, ...]) -> None:
    classes = recipe.data.classes
    if extra := [name for name in ground if name not in classes]:
        raise ValueError(
            f"data.mask.ground={list(ground)} contains {', '.join(extra)}, not in "
            f"data.classes={list(classes)}: use names from data.classes"
        )
    for group, views in list_views(recipe):
        if views.paste and not ground:
            raise ValueError(
                f"{group}.paste={views.paste} cuts out objects, but data.mask.ground is empty: "
                "name the classes that are not objects"
            )


CHECKS = {
    "boxes": check_boxes,
    "classes": check_classes,
    "masks": check_masks,
}  # By the name of the task.
