"""The most operations a second that TensorFlow reaches here, with which training is compared."""

from __future__ import annotations

from collections.abc import Callable

import tensorflow as tf

from pipeline.bench.timing import time_work

ROUNDS = 5
LARGER_ON_GPU = 4  # Small work does not fill a GPU.


def measure_multiplication(precision: str, *, side: int = 2048) -> float:
    """Operations a second of a multiplication of two square matrices."""
    side *= find_factor()
    matrix = tf.random.normal((side, side), dtype=tf.as_dtype(precision))
    return find_best(lambda: tf.reduce_max(matrix @ matrix), 2 * side**3)


def measure_convolution(precision: str, *, side: int = 32, channels: int = 256) -> float:
    """The same of a convolution of 3x3, with its gradients of the images and of the kernel."""
    images, kind = 8 * find_factor() ** 2, tf.as_dtype(precision)
    maps = tf.random.normal((images, side, side, channels), dtype=kind)
    kernel = tf.random.normal((3, 3, channels, channels), dtype=kind)

    def step() -> tf.Tensor:
        with tf.GradientTape() as tape:
            tape.watch((maps, kernel))
            found = tf.nn.conv2d(maps, kernel, strides=1, padding="SAME")
        gradients = tape.gradient(found, (maps, kernel), output_gradients=maps)
        return tf.add_n([tf.reduce_max(each) for each in (found, *gradients)])

    return find_best(step, 3 * 2 * images * side**2 * 9 * channels**2)


def find_factor() -> int:
    """How much larger the work is than on a CPU."""
    return LARGER_ON_GPU if tf.config.list_physical_devices("GPU") else 1


def find_best(step: Callable[[], tf.Tensor], operations: int) -> float:
    """Operations a second in the fastest of some rounds. The step returns a single number."""
    compiled = tf.function(step)

    def work() -> int:
        compiled().numpy()  # Waits for the device.
        return operations

    work()  # TensorFlow traces it.
    return max(time_work(work).rate for _ in range(ROUNDS))
