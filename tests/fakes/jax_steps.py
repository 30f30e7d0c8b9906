"""One training step of each model on JAX: `KERAS_BACKEND=jax python -m tests.fakes.jax_steps`.

Prints JSON: how much the weights of each model changed, and which of JAX and TensorFlow the process
imported.
"""

from __future__ import annotations

import json
import sys

import keras
import numpy as np

from tests.fakes import narrow_models
from trainer.models import BUILDERS


def main() -> None:
    changes = {name: take_a_step(name) for name in BUILDERS}
    packages = sorted({"jax", "tensorflow"} & set(sys.modules))
    print(json.dumps({"changes": changes, "packages": packages}))


def take_a_step(name: str) -> float:
    """The largest change of a weight."""
    model, inputs = narrow_models.build(name), narrow_models.draw_images()
    loss = keras.losses.MeanSquaredError()
    model.compile(optimizer=keras.optimizers.SGD(0.01), loss=loss, jit_compile=False)
    before = model.get_weights()
    model.train_on_batch(inputs, np.ones_like(model(inputs)))
    after = model.get_weights()
    assert all(np.isfinite(weight).all() for weight in after), name
    return max(float(np.abs(a - b).max()) for a, b in zip(after, before, strict=True))


if __name__ == "__main__":
    main()
