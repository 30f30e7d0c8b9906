"""Training steps on JAX. tests/trainer/models/test_jax.py runs it in a process of its own.

A step of each model is traced, with its gradients. Compiling takes most of the time, so only the
first `steps` models take it. Prints JSON: how many gradients each model has, and the largest change
of a weight.
"""

from __future__ import annotations

import json

import jax
import keras
import numpy as np

from tests.fakes import narrow_models
from trainer.models import BUILDERS

FIRST = ("fcn", "mlp", "tutorial_fcn")  # They compile fast.


def main(steps: int) -> None:
    traced = {name: trace_a_step(name) for name in BUILDERS}
    names = sorted(BUILDERS, key=lambda name: name not in FIRST)[:steps]
    print(json.dumps({"traced": traced, "changes": {name: take_a_step(name) for name in names}}))


def trace_a_step(name: str) -> int:
    """The number of the model's gradients, each of the shape of its weight."""
    with keras.StatelessScope(initialize_variables=False):
        model = narrow_models.build(name)

    def compute_loss(learned, fixed, inputs):
        outputs, _ = model.stateless_call(learned, fixed, inputs, training=True)
        return keras.ops.mean(keras.ops.square(outputs - 1))

    learned = [describe(variable) for variable in model.trainable_variables]
    fixed = [describe(variable) for variable in model.non_trainable_variables]
    inputs = narrow_models.draw_images()
    gradients = jax.eval_shape(jax.grad(compute_loss), learned, fixed, inputs)
    assert [each.shape for each in gradients] == [each.shape for each in learned], name
    return len(gradients)


def describe(variable: keras.Variable) -> jax.ShapeDtypeStruct:
    return jax.ShapeDtypeStruct(variable.shape, variable.dtype)


def take_a_step(name: str) -> float:
    """The largest change of a weight."""
    model, inputs = narrow_models.build(name), narrow_models.draw_images()
    model.compile(optimizer=keras.optimizers.SGD(0.01), loss="mean_squared_error")
    before = model.get_weights()
    model.train_on_batch(inputs, np.ones(find_target_shape(model, inputs), "float32"))
    after = model.get_weights()
    assert all(np.isfinite(weight).all() for weight in after), name
    return max(float(np.abs(a - b).max()) for a, b in zip(after, before, strict=True))


def find_target_shape(model: keras.Model, inputs: dict[str, np.ndarray]) -> tuple[int, ...]:
    """The shape of the outputs: of each image, or of each of its pixels."""
    count, height, width, _ = inputs["image"].shape
    pixels = (height, width) if len(model.output.shape) == 4 else ()
    return (count, *pixels, model.output.shape[-1])
