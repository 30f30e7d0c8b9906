"""Training data that cannot be read to its end, as on a disk that was unplugged."""

from __future__ import annotations

import tensorflow as tf


def broken(train, batches: int):
    """The training data, which cannot be read after some batches."""

    def read(first):
        yield from train(first).take(batches)
        raise OSError("unplugged")

    spec = train(0).element_spec
    return lambda first: tf.data.Dataset.from_generator(lambda: read(first), output_signature=spec)
