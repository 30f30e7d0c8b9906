"""A segmenter for large images: their scores are never in memory as a whole, only their mask is."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import tensorflow as tf

from trainer.config import Recipe
from trainer.data import images
from trainer.data.preprocessing import DataStatistics
from trainer.export import test_time_averaging
from trainer.export.enlarging import Rows, describe_band, enlarge_rows
from trainer.export.segmenter import Segmenter, count_classes, find_classes, find_views
from trainer.export.signatures import Network, Outputs
from trainer.export.tiled import tiling


class TiledSegmenter(Segmenter):
    """Masks of images, a row of tiles at a time.

    The network itself goes over the columns of a row. It averages over the mirrored row, too, whose
    tiles begin at the right edge: so it has the tiles of the mirrored image. At several sizes, each
    has tiles of its own; their scores meet at the places that they have in the whole image.
    """

    dtype = tf.uint8  # A quarter of the memory; each tile becomes float32.

    def __init__(self, *args: Any, side: int, sides: Sequence[int] = (), **kwargs: Any) -> None:
        """The arguments of a segmenter, the rows of a tile, and the sizes to average over."""
        super().__init__(*args, **kwargs)
        self._side = side
        self._sides = tuple(sides)

    def compute_outputs(self, pixels: tf.Tensor, sizes: tf.Tensor) -> tf.Tensor:
        """The probabilities of all pixels at once, averaged over the same views."""
        if not self._sides:
            return super().compute_outputs(pixels, sizes)
        return test_time_averaging.average_sides(self._network, self._sides)(pixels, sizes)

    def _answer(self, pixels: tf.Tensor, sizes: tf.Tensor, sent: tf.Tensor) -> Outputs:
        def finish(number: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            height, width = tf.unstack(sizes[number])
            return self.draw_mask(pixels[number, :height, :width], sent[number])

        masks, parts = tf.map_fn(
            finish,
            tf.range(tf.shape(sizes)[0]),
            parallel_iterations=1,
            fn_output_signature=(
                tf.TensorSpec([], tf.string),
                tf.TensorSpec([len(self.labels)], tf.float32),
            ),
        )
        return {
            "mask_bytes": masks,
            "class_fractions": parts,
            "labels": self._repeat_labels(tf.shape(sizes)[0]),
        }

    def draw_mask(self, image: tf.Tensor, size: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """The PNG of an image's mask in this size, and each class's share, float32 [C]."""
        height, score = tf.shape(image)[0], self.average_sides(image)
        step = self._side * tf.maximum(size[0] // height, 1)  # Rows of the mask for a row of tiles.
        bands = tiling.divide_up(size[0], step)
        masks = tf.TensorArray(tf.uint8, bands, infer_shape=False, element_shape=[None, None])
        counts = tf.zeros([len(self.labels)], tf.int32)
        for band in tf.range(bands):
            tf.autograph.experimental.set_loop_options(parallel_iterations=1)
            rows = tf.range(band * step, tf.minimum((band + 1) * step, size[0]))
            classes = describe_band(score, height, rows, size, find_classes)
            counts += count_classes(classes, len(self.labels))
            masks = masks.write(band, classes)
        mask = masks.concat()[..., tf.newaxis]
        shares = tf.cast(counts, tf.float64) / tf.cast(tf.size(mask), tf.float64)
        return tf.io.encode_png(mask), tf.cast(shares, tf.float32)

    def average_sides(self, image: tf.Tensor) -> Rows:
        """What scores rows of an image [H, W, channels], averaged over the sizes, if any."""
        if not self._sides:
            return partial(self.score_rows, image)
        size = tf.shape(image)[:2]
        views = [images.resize(image, images.limit_size(size, side)) for side in self._sides]

        def score(first: tf.Tensor, end: tf.Tensor) -> tf.Tensor:
            rows = tf.range(first, end)
            scores = [
                enlarge_rows(partial(self.score_rows, view), tf.shape(view)[0], rows, size)
                for view in views
            ]
            return tf.add_n(scores) / len(views)

        return score

    def score_rows(self, image: tf.Tensor, first: tf.Tensor, end: tf.Tensor) -> tf.Tensor:
        """The scores [end - first, W, C] of some rows of an image [H, W, channels]."""
        assert self.tiles, "tiling.find_tiles refuses models without tiles."
        stride, halo = self.tiles.grid.stride[0], self.tiles.grid.halo[0]
        start, height = first // stride * stride, tf.shape(image)[0]
        covered = tiling.divide_up(end - start, stride) * stride
        window = tiling.find_window(start, covered, halo, height)
        rows = image[tf.newaxis, window.first : window.end]
        scores = self._network(rows, tf.shape(rows)[tf.newaxis, 1:3])[0]
        return scores[first - window.first : end - window.first]


def build(scores: Network, statistics: DataStatistics, recipe: Recipe) -> TiledSegmenter:
    """A segmenter that goes over the rows of an image, with a network that does over its columns.

    It averages over the views in the model's configuration.
    """
    assert recipe.serve.tile, "Tasks ask for this only with tiles."
    views = find_views(recipe)
    if views.mirrored:
        scores = test_time_averaging.average_mirrored(scores)
    facts = statistics.labels, statistics.size_boundaries, views.limits
    return TiledSegmenter(
        scores, *facts, mirrored=views.mirrored, side=recipe.serve.tile, sides=views.sides
    )
