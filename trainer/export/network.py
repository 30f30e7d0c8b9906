"""The Keras network of a SavedModel, which itself has operations but no layers.

`describe` makes the text that export adds as an asset; `read` builds the network from it, with the
SavedModel's weights.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator
from typing import Any

import keras
import tensorflow as tf

NETWORK = "network.json"
OURS = "trainer.models"
DAMAGED = (json.JSONDecodeError, LookupError, TypeError, tf.errors.OpError)
KNOWN = ("builtins", "keras", OURS)  # Where the classes of layers may come from.


def describe(model: keras.Model) -> str:
    """The model's layers, and the paths of its weights in the order in which they are saved."""
    paths = [variable.path for variable in model.variables]
    return json.dumps({"layers": model.get_config(), "variables": paths})


def read(folder: str) -> keras.Model:
    """The network of the SavedModel in a folder.

    Raises ValueError for a SavedModel without the asset, for a damaged one, and for one that would
    import other modules.
    """
    text = read_description(folder)
    try:
        found = json.loads(text)
        model = build(found["layers"])
        saved = dict(zip(found["variables"], read_variables(folder), strict=True))
    except DAMAGED as error:
        raise ValueError(
            f"{folder} is damaged: its {NETWORK} or its variables cannot be read. Run the "
            "experiment again."
        ) from error
    for weight in model.weights:
        weight.assign(saved[weight.path])
    return model


def read_description(folder: str) -> str:
    """What `describe` wrote. Raises ValueError if there is nothing."""
    try:
        with tf.io.gfile.GFile(f"{folder}/assets/{NETWORK}") as file:
            return str(file.read())
    except tf.errors.NotFoundError as error:
        raise ValueError(
            f"{folder} does not describe its layers: it is not a SavedModel of `fcn run`, or an "
            "earlier version wrote it. Run the experiment again."
        ) from error


def build(layers: Any) -> keras.Model:
    """The network that `describe` describes, with initial weights.

    Raises ValueError for a module that is neither Keras's nor ours: its import would run its code.
    """
    kinds = {}
    for module, name in list_classes(layers):
        if not any(f"{module}.".startswith(f"{known}.") for known in KNOWN):
            raise ValueError(f"The network has a layer of the module {module}: it is not loaded.")
        if module.startswith(OURS):  # Newer versions of Keras import no modules themselves.
            kinds[name] = getattr(importlib.import_module(module), name)
    return keras.Model.from_config(layers, custom_objects=kinds)


def list_classes(value: Any) -> Iterator[tuple[str, str]]:
    """The modules and names of the classes that are named anywhere in a network's description."""
    if isinstance(value, dict):
        if value.get("module"):
            yield value["module"], value["class_name"]
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from list_classes(each)


def read_variables(folder: str) -> Iterator[Any]:
    """The arrays that `saved_model.save` keeps as the attribute `weights`, in order."""
    reader = tf.train.load_checkpoint(f"{folder}/variables/variables")
    number = 0
    while reader.has_tensor(key := f"weights/{number}/.ATTRIBUTES/VARIABLE_VALUE"):
        yield reader.get_tensor(key)
        number += 1
