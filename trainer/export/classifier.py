"""The answers of a classifier's SavedModel: probabilities, and the most probable label."""

from __future__ import annotations

from collections.abc import Mapping

import tensorflow as tf

from trainer.data.limits import SizeLimits
from trainer.data.preprocessing import DataStatistics
from trainer.export.signatures import ImageModule, Outputs


class Classifier(ImageModule):
    """Labels images with a network that returns probabilities [N, C]."""

    @tf.function
    def answer_examples(self, examples: tf.Tensor) -> Outputs:
        """Answers recorded images; the labels also have TFMA's name, `all_classes`."""
        outputs = super().answer_examples(examples)
        return {**outputs, "all_classes": outputs["labels"]}

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
