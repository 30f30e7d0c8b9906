"""The answers of a segmenter's SavedModel: masks, and each class's share of the pixels."""

from __future__ import annotations

from typing import NamedTuple

import keras
import tensorflow as tf

from trainer.config import Recipe
from trainer.data.limits import SizeLimits
from trainer.data.preprocessing import DataStatistics
from trainer.export import enlarging, test_time_averaging
from trainer.export.certainty import Certainty
from trainer.export.signatures import ImageModule, Network, Outputs
from trainer.export.tiled import tiles
from trainer.model_config import AVERAGING


class Segmenter(ImageModule):
    """Masks in the sizes of the images sent, from a network that returns scores [N, H, W, C].

    Each pixel gets the class with the largest score.
    """

    def use_layers(self, model: keras.Model) -> None:
        """Finds how windows of an image must lie, if the model does not look at all of it."""
        try:
            self.tiles, self.whole = tiles.from_segmenter(model), ""
        except ValueError as error:
            self.whole = str(error)

    def _answer(self, pixels: tf.Tensor, sizes: tf.Tensor, sent: tf.Tensor) -> Outputs:
        def finish(one: tuple[tf.Tensor, tf.Tensor, tf.Tensor]) -> Outputs:
            scores, size, own = one
            return self._describe(scores[: size[0], : size[1]], own)

        strings = ["mask_bytes", *(["confidence_bytes"] if self.certainty.confidence else [])]
        answers = tf.map_fn(
            finish,
            (self._network(pixels, sizes), sizes, sent),
            parallel_iterations=1,
            fn_output_signature={
                **{name: tf.TensorSpec([], tf.string) for name in strings},
                "class_fractions": tf.TensorSpec([len(self.labels)], tf.float32),
            },
        )
        return {**answers, "labels": self._repeat_labels(tf.shape(sizes)[0])}

    def _describe(self, scores: tf.Tensor, size: tf.Tensor) -> Outputs:
        """The answer about one image of this size, from its scores [h, w, C]."""
        mask = enlarge_mask(scores, size)
        answer = {
            "mask_bytes": tf.io.encode_png(mask),
            "class_fractions": measure_fractions(mask, len(self.labels)),
        }
        if self.certainty.confidence:
            confidence = enlarge_confidence(scores, size, self.certainty)
            answer["confidence_bytes"] = tf.io.encode_png(confidence)
        return answer


class Views(NamedTuple):
    """What a served segmenter averages over, and which images it takes."""

    mirrored: bool  # Each image and its mirror image.
    sides: tuple[int, ...]  # Sizes of each image, by its longer side; empty: its own.
    limits: SizeLimits


def find_views(recipe: Recipe) -> Views:
    """The views in the model's configuration."""
    config, limits = recipe.model, recipe.served_limits
    if not isinstance(config, AVERAGING):
        return Views(False, (), limits)
    largest = max(config.sides, default=limits.max_side)
    return Views(config.mirrored, config.sides, limits._replace(max_side=largest))


def build_averaging(scores: Network, statistics: DataStatistics, recipe: Recipe) -> Segmenter:
    """A segmenter that averages over the views in the model's configuration."""
    views = find_views(recipe)
    if views.mirrored:
        scores = test_time_averaging.average_mirrored(scores)
    if views.sides:
        scores = test_time_averaging.average_sides(scores, views.sides)
    facts = statistics.labels, statistics.size_boundaries, views.limits
    return Segmenter(scores, *facts, mirrored=views.mirrored)


def build_constant(statistics: DataStatistics, limits: SizeLimits) -> Segmenter:
    """A segmenter that ignores the pixels: all get the class with most pixels in training."""
    row = tf.constant(statistics.class_fractions, tf.float32)

    def scores(pixels: tf.Tensor, _: tf.Tensor) -> tf.Tensor:
        return tf.zeros_like(pixels[..., :1]) + row

    return Segmenter(scores, statistics.labels, statistics.size_boundaries, limits)


def enlarge_mask(scores: tf.Tensor, size: tf.Tensor) -> tf.Tensor:
    """The class with the largest score at each pixel: scores [h, w, C] to a mask [H, W, 1] uint8.

    Enlarges the scores bilinearly to `size`.
    """
    return enlarging.describe_rows(scores, size, find_classes)[..., tf.newaxis]


def find_classes(scores: tf.Tensor) -> tf.Tensor:
    """The class with the largest score at each pixel: [H, W, C] to int64 [H, W]."""
    return tf.argmax(scores, axis=-1)


def enlarge_confidence(scores: tf.Tensor, size: tf.Tensor, certainty: Certainty) -> tf.Tensor:
    """The calibrated probability of each pixel's class: [h, w, C] to [H, W, 1] uint8, 0..255.

    Calibrated after they are enlarged, so that the mask does not depend on the calibration.
    """

    def rate(rows: tf.Tensor) -> tf.Tensor:
        return tf.round(255 * tf.reduce_max(certainty.calibrate(rows), axis=-1))

    return enlarging.describe_rows(scores, size, rate)[..., tf.newaxis]


def measure_fractions(mask: tf.Tensor, classes: int) -> tf.Tensor:
    """Each class's share of a mask's pixels, float32 [C]."""
    return tf.cast(count_classes(mask, classes) / tf.size(mask), tf.float32)


def count_classes(mask: tf.Tensor, classes: int) -> tf.Tensor:
    """The number of pixels of each class, int32 [C]."""
    ids = tf.reshape(tf.cast(mask, tf.int32), [-1])
    return tf.math.bincount(ids, minlength=classes, maxlength=classes)
