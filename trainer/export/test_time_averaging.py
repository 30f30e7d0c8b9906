"""Networks that look at several views of the same images, and average what they make of them.

Test-time augmentation: https://arxiv.org/abs/1409.1556, section 3.2, for flips and scales.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import tensorflow as tf

from trainer.data import images
from trainer.export.signatures import Network

Resize = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]


def mirrored(network: Network) -> Network:
    """Looks at the mirrored images too, each within its own width."""

    def both(pixels: tf.Tensor, sizes: tf.Tensor) -> tf.Tensor:
        def mirror(batch: tf.Tensor) -> tf.Tensor:
            return tf.reverse_sequence(batch, sizes[:, 1], seq_axis=2, batch_axis=0)

        return (network(pixels, sizes) + mirror(network(mirror(pixels), sizes))) / 2

    return both


def at_sides(network: Network, sides: Sequence[int]) -> Network:
    """Looks at the images scaled down to each of these longer sides; never up."""

    def average(pixels: tf.Tensor, sizes: tf.Tensor) -> tf.Tensor:
        return tf.add_n([at_side(network, side)(pixels, sizes) for side in sides]) / len(sides)

    return average


def at_side(network: Network, side: int) -> Network:
    """Looks at the images scaled down to a longer side, and enlarges what it makes of them."""

    def look(pixels: tf.Tensor, sizes: tf.Tensor) -> tf.Tensor:
        smaller = tf.map_fn(lambda size: images.within(size, side), sizes)
        room = tf.reduce_max(smaller, axis=0)
        scores = network(resized(pixels, sizes, smaller, room, images.resize), smaller)
        return resized(scores, smaller, sizes, tf.shape(pixels)[1:3], tf.image.resize)

    return look


def resized(
    batch: tf.Tensor, sizes: tf.Tensor, new_sizes: tf.Tensor, room: tf.Tensor, resize: Resize
) -> tf.Tensor:
    """Each image [H, W, C] of a batch brought from its size to another, and padded to the room."""

    def one(row: tuple[tf.Tensor, tf.Tensor, tf.Tensor]) -> tf.Tensor:
        image, size, new_size = row
        found = tf.cast(resize(image[: size[0], : size[1]], new_size), tf.float32)
        return tf.pad(found, [[0, room[0] - new_size[0]], [0, room[1] - new_size[1]], [0, 0]])

    each = tf.TensorSpec([None, None, batch.shape[-1]], tf.float32)
    return tf.map_fn(one, (batch, sizes, new_sizes), fn_output_signature=each)
