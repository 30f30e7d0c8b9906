"""Test-time augmentation: a network's outputs, averaged over several views of each image.

For flips and scales, as in section 3.2 of arXiv:1409.1556.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import tensorflow as tf

from trainer.data import images
from trainer.export.enlarging import enlarge
from trainer.export.signatures import Network

Resize = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]


def average_mirrored(network: Network) -> Network:
    """Averages over each image and its mirror image, mirrored within its own width."""

    def average_both(pixels: tf.Tensor, sizes: tf.Tensor) -> tf.Tensor:
        def mirror(batch: tf.Tensor) -> tf.Tensor:
            return tf.reverse_sequence(batch, sizes[:, 1], seq_axis=2, batch_axis=0)

        return (network(pixels, sizes) + mirror(network(mirror(pixels), sizes))) / 2

    return average_both


def average_sides(network: Network, sides: Sequence[int]) -> Network:
    """Averages over the image at several sizes.

    Its longer side is scaled down to each of `sides`, never up.
    """

    def average(pixels: tf.Tensor, sizes: tf.Tensor) -> tf.Tensor:
        scores = [evaluate_at_side(network, side)(pixels, sizes) for side in sides]
        return tf.add_n(scores) / len(sides)

    return average


def evaluate_at_side(network: Network, side: int) -> Network:
    """Scales the images down to a longer side, and the network's outputs up again."""

    def evaluate(pixels: tf.Tensor, sizes: tf.Tensor) -> tf.Tensor:
        smaller = tf.map_fn(lambda size: images.limit_size(size, side), sizes)
        room = tf.reduce_max(smaller, axis=0)
        scores = network(resize_each(pixels, sizes, smaller, room, images.resize), smaller)
        return resize_each(scores, smaller, sizes, tf.shape(pixels)[1:3], enlarge)

    return evaluate


def resize_each(
    batch: tf.Tensor, sizes: tf.Tensor, new_sizes: tf.Tensor, room: tf.Tensor, resize: Resize
) -> tf.Tensor:
    """Scales each image [H, W, C] of a batch to its new size, and pads it to the size `room`."""

    def resize_one(row: tuple[tf.Tensor, tf.Tensor, tf.Tensor]) -> tf.Tensor:
        image, size, new_size = row
        found = tf.cast(resize(image[: size[0], : size[1]], new_size), tf.float32)
        return tf.pad(found, [[0, room[0] - new_size[0]], [0, room[1] - new_size[1]], [0, 0]])

    each = tf.TensorSpec([None, None, batch.shape[-1]], tf.float32)
    return tf.map_fn(resize_one, (batch, sizes, new_sizes), fn_output_signature=each)
