"""The answers of a localizer's SavedModel: a label, and the box around the object."""

from __future__ import annotations

from collections.abc import Mapping

import tensorflow as tf

from trainer.data.limits import SizeLimits
from trainer.data.preprocessing import DataStatistics
from trainer.export.signatures import ImageModule, Outputs


class Localizer(ImageModule):
    """Labels images and finds the object, with a network that returns [N, C + 4].

    These are C probabilities, and ymin, xmin, ymax, xmax in 0..1 of the image's sides. The answer
    has the same sides in pixels of the image sent.
    """

    @tf.function
    def answer_examples(self, examples: tf.Tensor) -> Outputs:
        """Answers recorded images; the labels also have TFMA's name, `all_classes`."""
        outputs = super().answer_examples(examples)
        return {**outputs, "all_classes": outputs["labels"]}

    def _answer(self, pixels: tf.Tensor, sizes: tf.Tensor, sent: tf.Tensor) -> Outputs:
        found = self._network(pixels, sizes)
        classes, boxes = found[:, : len(self.labels)], found[:, len(self.labels) :]
        probabilities = self.certainty.calibrate(classes)
        return {
            "probabilities": probabilities,
            "label": tf.gather(tf.constant(self.labels), tf.argmax(probabilities, axis=-1)),
            "labels": self._repeat_labels(tf.shape(found)[0]),
            **self.certainty.flag_unknown(probabilities),
            "boxes": boxes * tf.cast(tf.tile(sent, [1, 2]), tf.float32),
        }


def build_constant(
    statistics: DataStatistics, shares: Mapping[str, float], limits: SizeLimits
) -> Localizer:
    """A localizer that ignores the pixels: class shares, and the mean box of the training split."""
    probabilities = [shares[label] for label in statistics.labels]
    row = tf.constant([[*probabilities, *statistics.mean_box]], tf.float32)

    def repeat(pixels: tf.Tensor, _: tf.Tensor) -> tf.Tensor:
        return tf.tile(row, [tf.shape(pixels)[0], 1])

    return Localizer(repeat, statistics.labels, statistics.size_boundaries, limits)
