"""The answers of a classifier's SavedModel: probabilities, and the most probable label."""

from __future__ import annotations

from collections.abc import Mapping

import keras
import tensorflow as tf

from trainer.data import images
from trainer.data.limits import SizeLimits
from trainer.data.preprocessing import DataStatistics
from trainer.export import score_maps
from trainer.export.score_maps import ScoreMaps
from trainer.export.signatures import IMAGE_BYTES, ImageModule, Outputs, load_batch
from trainer.export.tiled import tiles


class Classifier(ImageModule):
    """Labels images with a network that returns probabilities [N, C]."""

    _maps: ScoreMaps | None = None

    def use_layers(self, model: keras.Model) -> None:
        """Finds the score maps of a model whose logits are pooled scores."""
        self._maps = score_maps.build(model)
        try:
            self.tiles, self.whole = tiles.from_classifier(model, self._maps), ""
        except ValueError as error:
            self.whole = str(error)

    def trace_signatures(self) -> dict[str, tf.types.experimental.GenericFunction]:
        """Those of every module, and `heat_maps` if the logits are pooled scores."""
        traced = super().trace_signatures()
        if self._maps:
            traced["heat_maps"] = self.map_heat.get_concrete_function(IMAGE_BYTES)
        return traced

    @tf.function
    def answer_examples(self, examples: tf.Tensor) -> Outputs:
        """Answers recorded images; the labels also have TFMA's name, `all_classes`."""
        outputs = super().answer_examples(examples)
        return {**outputs, "all_classes": outputs["labels"]}

    @tf.function
    def map_heat(self, image_bytes: tf.Tensor) -> Outputs:
        """The usual answers, and the scores of each class at each position of the last map."""
        assert self._maps, "Only traced if there are maps."
        pixels, sizes, sent = load_batch(image_bytes, self._limits)
        scores, mask = self._maps.score(pixels, sizes)
        count = tf.shape(scores)[0]
        return {
            "score_maps": scores * mask / self.certainty.temperature,
            "map_sizes": score_maps.measure(mask),
            "strides": tf.tile(tf.constant([self._maps.strides]), [count, 1]),
            "origins": tf.tile(tf.constant([self._maps.origin]), [count, 1]),
            "scaled_sizes": sizes,
            "sent_sizes": sent,
            "seen_boxes": images.find_seen_boxes(sent, self._limits),
            **self._answer(pixels, sizes, sent),
        }

    def _answer(self, pixels: tf.Tensor, sizes: tf.Tensor, sent: tf.Tensor) -> Outputs:
        probabilities = self.certainty.calibrate(self._network(pixels, sizes))
        return {
            "probabilities": probabilities,
            "label": tf.gather(tf.constant(self.labels), tf.argmax(probabilities, axis=-1)),
            "labels": self._repeat_labels(tf.shape(probabilities)[0]),
            **self.certainty.flag_unknown(probabilities),
        }


def build_constant(
    statistics: DataStatistics, shares: Mapping[str, float], limits: SizeLimits
) -> Classifier:
    """A classifier that ignores the pixels: each class has its share of the training images."""
    row = tf.constant([[shares[label] for label in statistics.labels]], tf.float32)

    def probabilities(pixels: tf.Tensor, _: tf.Tensor) -> tf.Tensor:
        return tf.tile(row, [tf.shape(pixels)[0], 1])

    return Classifier(probabilities, statistics.labels, statistics.size_boundaries, limits)
