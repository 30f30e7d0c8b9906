"""What a segmenter's SavedModel answers: masks, and each class's part of them."""

from __future__ import annotations

import tensorflow as tf

from trainer.config import Recipe
from trainer.data.preprocessing import DataStatistics
from trainer.export import test_time_averaging
from trainer.export.signatures import ImageModule, Network, Outputs
from trainer.model_config import UNetConfig

ROWS = 256  # Of a mask that are made at once: a large image's scores fill no memory.


class Segmenter(ImageModule):
    """Masks in the sizes of the images sent, by a network that gives scores [N, H, W, C].

    A pixel is of the class with the largest score.
    """

    def _answer(self, pixels: tf.Tensor, sizes: tf.Tensor, sent: tf.Tensor) -> Outputs:
        def finish(one: tuple[tf.Tensor, tf.Tensor, tf.Tensor]) -> tuple[tf.Tensor, tf.Tensor]:
            scores, size, own = one
            mask = enlarged_mask(scores[: size[0], : size[1]], own)
            return tf.io.encode_png(mask), fractions(mask, len(self.labels))

        masks, parts = tf.map_fn(
            finish,
            (self._network(pixels, sizes), sizes, sent),
            parallel_iterations=1,
            fn_output_signature=(
                tf.TensorSpec([], tf.string),
                tf.TensorSpec([len(self.labels)], tf.float32),
            ),
        )
        return {
            "mask_bytes": masks,
            "class_fractions": parts,
            "labels": self._labels_of_each(tf.shape(sizes)[0]),
        }


def averaging(scores: Network, statistics: DataStatistics, recipe: Recipe) -> Segmenter:
    """A segmenter that averages over the views that the model's configuration asks for."""
    config, max_side = recipe.model, recipe.data.max_side
    if isinstance(config, UNetConfig):
        if config.mirrored:
            scores = test_time_averaging.mirrored(scores)
        if config.sides:
            scores = test_time_averaging.at_sides(scores, config.sides)
            max_side = max(config.sides)
    return Segmenter(scores, statistics.labels, statistics.size_boundaries, max_side)


def constant(statistics: DataStatistics, max_side: int) -> Segmenter:
    """A segmenter that ignores the pixels: each is of the class that has most of them."""
    row = tf.constant(statistics.class_fractions, tf.float32)

    def scores(pixels: tf.Tensor, _: tf.Tensor) -> tf.Tensor:
        return tf.zeros_like(pixels[..., :1]) + row

    return Segmenter(scores, statistics.labels, statistics.size_boundaries, max_side)


def enlarged_mask(scores: tf.Tensor, size: tf.Tensor) -> tf.Tensor:
    """The class with the largest of the scores [h, w, C] at each pixel of a size: [H, W, 1] uint8.

    Scores are enlarged bilinearly, a band of rows after the other.
    """
    bands = (size[0] + ROWS - 1) // ROWS
    whole = tf.TensorArray(tf.uint8, bands, infer_shape=False, element_shape=[None, None])
    for band in tf.range(bands):
        rows = tf.range(band * ROWS, tf.minimum((band + 1) * ROWS, size[0]))
        tall = interpolated(scores, rows, size[0])
        across = tf.image.resize(tall, [tf.shape(rows)[0], size[1]])
        whole = whole.write(band, tf.cast(tf.argmax(across, axis=-1), tf.uint8))
    return whole.concat()[..., tf.newaxis]


def interpolated(scores: tf.Tensor, rows: tf.Tensor, height: tf.Tensor) -> tf.Tensor:
    """Some rows of [h, w, C] enlarged to a height, as tf.image.resize has them."""
    last = tf.shape(scores)[0] - 1
    scale = tf.cast(last + 1, tf.float32) / tf.cast(height, tf.float32)
    place = (tf.cast(rows, tf.float32) + 0.5) * scale - 0.5
    upper = tf.floor(place)
    weight = (place - upper)[:, tf.newaxis, tf.newaxis]
    above = tf.clip_by_value(tf.cast(upper, tf.int32), 0, last)
    below = tf.clip_by_value(tf.cast(upper, tf.int32) + 1, 0, last)
    return tf.gather(scores, above) * (1 - weight) + tf.gather(scores, below) * weight


def fractions(mask: tf.Tensor, classes: int) -> tf.Tensor:
    """Each class's part of a mask's pixels, float32 [C]."""
    ids = tf.reshape(tf.cast(mask, tf.int32), [-1])
    counts = tf.math.bincount(ids, minlength=classes, maxlength=classes)
    return tf.cast(counts / tf.size(ids), tf.float32)
