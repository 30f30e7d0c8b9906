"""A segmenter for large images: their scores are never in memory as a whole, only their mask is."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from trainer.config import Recipe
from trainer.data.preprocessing import DataStatistics
from trainer.export import test_time_averaging, tiling
from trainer.export.segmenter import Segmenter, count_classes
from trainer.export.signatures import Network, Outputs


class TiledSegmenter(Segmenter):
    """Masks of images that the network sees in their own sizes, a row of tiles at a time.

    The network itself goes over the columns of a row. It averages over the mirrored row, too, whose
    tiles begin at the right edge: so it has the tiles of the mirrored image.
    """

    dtype = tf.uint8  # A quarter of the memory; each tile becomes float32.

    def __init__(self, *args: Any, side: int, **kwargs: Any) -> None:
        """The arguments of a segmenter, and the rows of a tile in pixels."""
        super().__init__(*args, **kwargs)
        self._side = side

    def _answer(self, pixels: tf.Tensor, sizes: tf.Tensor, sent: tf.Tensor) -> Outputs:
        def finish(number: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            height, width = tf.unstack(sizes[number])
            return self.draw_mask(pixels[number, :height, :width])

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

    def draw_mask(self, image: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """The PNG of an image's mask, and each class's share of its pixels, float32 [C]."""
        assert self.tiles, "tiling.find_tiles refuses models without tiles."
        height, halo, side = tf.shape(image)[0], self.tiles.grid.halo[0], self._side
        bands = tiling.divide_up(height, side)
        rows = tf.TensorArray(tf.uint8, bands, infer_shape=False, element_shape=[None, None])
        counts = tf.zeros([len(self.labels)], tf.int32)
        for band in tf.range(bands):
            tf.autograph.experimental.set_loop_options(parallel_iterations=1)
            window = tiling.find_window(band * side, side, halo, height)
            scores = self.score_rows(image[window.first : window.end])
            classes = tf.argmax(scores[window.offset : window.offset + side], -1)
            counts += count_classes(classes, len(self.labels))
            rows = rows.write(band, tf.cast(classes, tf.uint8))
        mask = rows.concat()[..., tf.newaxis]
        shares = tf.cast(counts, tf.float64) / tf.cast(tf.size(mask), tf.float64)
        return tf.io.encode_png(mask), tf.cast(shares, tf.float32)

    def score_rows(self, rows: tf.Tensor) -> tf.Tensor:
        """The scores [h, W, C] of some rows [h, W, channels] of an image."""
        return self._network(rows[tf.newaxis], tf.shape(rows)[tf.newaxis, :2])[0]


def build(scores: Network, statistics: DataStatistics, recipe: Recipe) -> TiledSegmenter:
    """A segmenter that goes over the rows of an image, with a network that does over its columns.

    It averages over the mirrored image if the model's configuration asks for that.
    """
    if getattr(recipe.model, "mirrored", False):
        scores = test_time_averaging.average_mirrored(scores)
    assert recipe.serve.tile, "Tasks ask for this only with tiles."
    facts = statistics.labels, statistics.size_boundaries, recipe.served_limits
    return TiledSegmenter(scores, *facts, side=recipe.serve.tile)
