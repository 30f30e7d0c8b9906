"""What every classifier's SavedModel does around its probabilities."""

from __future__ import annotations

from collections.abc import Callable

import tensorflow as tf

from trainer import records
from trainer.preprocessing import DataStatistics
from trainer.signatures import (
    EXAMPLES,
    IMAGE_BYTES,
    PIXELS,
    SIZES,
    Outputs,
    own_sizes,
    padded,
    size_buckets,
)

# From pixels [N, H, W, 3] in 0..255 and sizes [N, 2] to probabilities [N, C].
Probabilities = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]


class Classifier(tf.Module):
    """What every classifier's SavedModel does around its probabilities."""

    def __init__(
        self, probabilities: Probabilities, statistics: DataStatistics, max_side: int
    ) -> None:
        super().__init__()
        self.labels = statistics.labels
        self._probabilities = probabilities
        self._boundaries = list(statistics.size_boundaries)
        self._max_side = max_side

    def signatures(self) -> dict[str, tf.types.experimental.GenericFunction]:
        """The signatures by name, traced for inputs of any size."""
        return {
            "serving_default": self.classify_bytes.get_concrete_function(IMAGE_BYTES),
            "predict_pixels": self.classify_pixels.get_concrete_function(PIXELS),
            "predict_padded_pixels": self.classify_padded.get_concrete_function(PIXELS, SIZES),
            "evaluate_examples": self.classify_examples.get_concrete_function(EXAMPLES),
            "transform_features": self.size_buckets.get_concrete_function(EXAMPLES),
        }

    @tf.function
    def classify_bytes(self, image_bytes: tf.Tensor) -> Outputs:
        """Decodes each image, brings it to size, and classifies all in one padded batch."""
        pixels, sizes, _ = padded(image_bytes, self._max_side)
        return self.classify_padded(pixels, sizes)

    @tf.function
    def classify_pixels(self, pixels: tf.Tensor) -> Outputs:
        """Classifies images without padding."""
        return self.classify_padded(pixels, own_sizes(pixels))

    @tf.function
    def classify_padded(self, pixels: tf.Tensor, sizes: tf.Tensor) -> Outputs:
        """Classifies images of these sizes, whatever stands beyond them."""
        probabilities = self._probabilities(pixels, sizes)
        labels = tf.constant(self.labels)
        return {
            "probabilities": probabilities,
            "label": tf.gather(labels, tf.argmax(probabilities, axis=-1)),
            "labels": tf.tile(labels[tf.newaxis], [tf.shape(probabilities)[0], 1]),
        }

    @tf.function
    def classify_examples(self, examples: tf.Tensor) -> Outputs:
        """Classifies recorded images."""
        fields = tf.io.parse_example(examples, records.CLASS_FEATURES)
        outputs = self.classify_bytes(fields[records.ENCODED])
        return {**outputs, "all_classes": outputs["labels"]}

    @tf.function
    def size_buckets(self, examples: tf.Tensor) -> Outputs:
        """Which quantile of the training images' sizes each image falls into, from 0 up."""
        return {"size_bucket": size_buckets(examples, self._boundaries)}
