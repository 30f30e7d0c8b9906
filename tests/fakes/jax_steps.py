"""One training step of each model on JAX: `KERAS_BACKEND=jax python -m tests.fakes.jax_steps`.

Prints JSON: how much the weights of each model changed.
"""

from __future__ import annotations

import json

import keras
import numpy as np

from tests.fakes import narrow_models
from trainer.models import BUILDERS


def main() -> None:
    print(json.dumps({name: take_a_step(name) for name in BUILDERS}))


def take_a_step(name: str) -> float:
    """The largest change of a weight."""
    model, inputs = narrow_models.build(name), narrow_models.draw_images()
    shape = [known or side for known, side in zip(model.output_shape, (2, 32, 40), strict=False)]
    model.compile(optimizer=keras.optimizers.SGD(0.01), loss="mean_squared_error")
    before = model.get_weights()
    model.train_on_batch(inputs, np.ones([*shape, *model.output_shape[3:]], "float32"))
    after = model.get_weights()
    assert all(np.isfinite(weight).all() for weight in after), name
    return max(float(np.abs(a - b).max()) for a, b in zip(after, before, strict=True))


if __name__ == "__main__":
    main()
