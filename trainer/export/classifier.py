"""What a classifier's SavedModel answers: probabilities, and the likeliest label."""

from __future__ import annotations

from collections.abc import Mapping

import tensorflow as tf

from trainer.data.preprocessing import DataStatistics
from trainer.export.signatures import ImageModule, Outputs


class Classifier(ImageModule):
    """Labels of images, by a network that gives probabilities [N, C]."""

    @tf.function
    def of_examples(self, examples: tf.Tensor) -> Outputs:
        """Answers recorded images, the labels under TFMA's name for them too."""
        outputs = super().of_examples(examples)
        return {**outputs, "all_classes": outputs["labels"]}

    def _answer(self, pixels: tf.Tensor, sizes: tf.Tensor, sent: tf.Tensor) -> Outputs:
        probabilities = self._network(pixels, sizes)
        return {
            "probabilities": probabilities,
            "label": tf.gather(tf.constant(self.labels), tf.argmax(probabilities, axis=-1)),
            "labels": self._labels_of_each(tf.shape(probabilities)[0]),
        }


def constant(statistics: DataStatistics, shares: Mapping[str, float], max_side: int) -> Classifier:
    """A classifier that ignores the pixels: each class is as likely as it was in training."""
    row = tf.constant([[shares[label] for label in statistics.labels]], tf.float32)

    def probabilities(pixels: tf.Tensor, _: tf.Tensor) -> tf.Tensor:
        return tf.tile(row, [tf.shape(pixels)[0], 1])

    return Classifier(probabilities, statistics.labels, statistics.size_boundaries, max_side)
