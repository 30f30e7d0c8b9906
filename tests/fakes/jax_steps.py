"""One training step of each model on JAX: `KERAS_BACKEND=jax python -m tests.fakes.jax_steps`.

Prints JSON: how much the weights of each model changed, and which of JAX and TensorFlow the process
imported.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace

import keras
import numpy as np

from trainer.model_config import CLASSIFIERS, drop_weights
from trainer.models import BUILDERS
from trainer.overrides import MODELS

CLASSES = 3


def main() -> None:
    changes = {name: take_a_step(name) for name in BUILDERS}
    packages = sorted({"jax", "tensorflow"} & set(sys.modules))
    print(json.dumps({"changes": changes, "packages": packages}))


def take_a_step(name: str) -> float:
    """The largest change of a weight."""
    config = choose_config(name)
    model = BUILDERS[name](config, classes=CLASSES, mean=(120.0,) * 3, std=(60.0,) * 3)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer=keras.optimizers.SGD(0.1), loss=loss, jit_compile=False)
    before = model.get_weights()
    model.train_on_batch(*draw_batch(isinstance(config, CLASSIFIERS)))
    after = model.get_weights()
    assert all(np.isfinite(weight).all() for weight in after), name
    return max(float(np.abs(a - b).max()) for a, b in zip(after, before, strict=True))


def choose_config(name: str):
    """The model, narrow if it can be, without pretrained weights."""
    config = drop_weights(MODELS[name](name=name))
    return replace(config, width=1 / 16) if hasattr(config, "width") else config


def draw_batch(is_classifier: bool):
    """Two images of several sizes, and their classes or masks."""
    random = np.random.default_rng(0)
    image = random.uniform(0, 255, (2, 32, 40, 3)).astype("float32")
    size = np.array([[32, 40], [20, 31]], "int32")
    shape = (2,) if is_classifier else (2, 32, 40)
    return {"image": image, "size": size}, random.integers(0, CLASSES, shape)


if __name__ == "__main__":
    main()
