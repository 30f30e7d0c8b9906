"""Mixed precision: layers compute in 16 bits, and their weights stay in float32.

Micikevicius et al. (arXiv:1710.03740). The pixels' normalization, pooling over maps, logits and
losses stay in float32 too.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import keras

POLICIES = {
    "float32": "float32",
    "bfloat16": "mixed_bfloat16",
    "float16": "mixed_float16",
}  # Of Keras, by the experiment's name.
INITIAL_SCALE = 2.0**15  # Of float16's loss, as Keras has it; overflows halve it.


@contextmanager
def use_precision(name: str) -> Iterator[None]:
    """Layers that are built in the block compute in this precision."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(POLICIES[name])
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def scale_loss(optimizer: keras.optimizers.Optimizer, name: str) -> keras.optimizers.Optimizer:
    """The optimizer; for float16 it also scales the loss, or small gradients would become 0."""
    if name != "float16":
        return optimizer
    return keras.optimizers.LossScaleOptimizer(optimizer, initial_scale=INITIAL_SCALE)
