"""The SavedModel that is served: its signatures are the contract with every client.

`serving_default`       image_bytes, string [N]: files, each of its own size
`predict_pixels`        pixels, float32 [N, H, W, 3] in 0..255
`predict_padded_pixels` the same, and sizes, int32 [N, 2]: heights and widths without the padding
`evaluate_examples`     examples, string [N]: serialized tf.Examples
`transform_features`    examples, string [N]: the size bucket of each, for slices

All but the last return `probabilities` float32 [N, C], `label` string [N] and `labels` string
[N, C]: the labels in the order of the probabilities, which are also the asset `labels.txt`. TFMA
knows the latter as `all_classes`.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import keras
import tensorflow as tf

from trainer import images, preprocessing, records
from trainer.config import Experiment
from trainer.preprocessing import DataStatistics

Outputs = dict[str, tf.Tensor]
# From pixels [N, H, W, 3] in 0..255 and sizes [N, 2] to probabilities [N, C].
Probabilities = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]

IMAGE_BYTES = tf.TensorSpec([None], tf.string, "image_bytes")
PIXELS = tf.TensorSpec([None, None, None, 3], tf.float32, "pixels")
SIZES = tf.TensorSpec([None, 2], tf.int32, "sizes")
EXAMPLES = tf.TensorSpec([None], tf.string, "examples")
LABELS = "labels.txt"


def save(
    model: keras.Model, statistics: DataStatistics, experiment: Experiment, folder: str
) -> None:
    """Writes the trained model [N, H, W, 3] -> logits [N, C] with all its signatures."""

    def probabilities(pixels: tf.Tensor, sizes: tf.Tensor) -> tf.Tensor:
        return tf.nn.softmax(model({"image": pixels, "size": sizes}, training=False))

    classifier = Classifier(probabilities, statistics, experiment.data.max_side)
    classifier.model = model  # The SavedModel holds what the module holds: the weights.
    save_classifier(classifier, folder)


def read_labels(folder: str) -> list[str]:
    """The labels of the SavedModel in a folder, in the order of its probabilities."""
    with tf.io.gfile.GFile(f"{folder}/assets/{LABELS}") as file:
        return file.read().split("\n")[:-1]  # A label may hold what splitlines() takes for an end.


def save_classifier(classifier: Classifier, folder: str) -> None:
    """Writes the SavedModel, its labels beside it as an asset."""
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch, LABELS)
        path.write_text("".join(f"{label}\n" for label in classifier.labels), encoding="utf-8")
        classifier.labels_asset = tf.saved_model.Asset(str(path))
        tf.saved_model.save(classifier, folder, signatures=classifier.signatures())


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
        return self.classify_padded(*padded(image_bytes, self._max_side))

    @tf.function
    def classify_pixels(self, pixels: tf.Tensor) -> Outputs:
        """Classifies images without padding."""
        shape = tf.shape(pixels)
        return self.classify_padded(pixels, tf.tile(shape[tf.newaxis, 1:3], [shape[0], 1]))

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
        fields = tf.io.parse_example(examples, records.CLASS_FEATURES)
        sizes = preprocessing.size(fields[records.HEIGHT], fields[records.WIDTH])
        buckets = tf.raw_ops.Bucketize(input=sizes, boundaries=self._boundaries)
        return {"size_bucket": tf.cast(buckets, tf.int64)}


def padded(image_bytes: tf.Tensor, max_side: int) -> tuple[tf.Tensor, tf.Tensor]:
    """Encoded images [N] as one batch: float32 [N, H, W, 3] in 0..255, and sizes int32 [N, 2]."""

    def load(encoded: tf.Tensor) -> tuple[tf.RaggedTensor, tf.Tensor]:
        image = images.load(encoded, max_side)
        return tf.RaggedTensor.from_tensor(image, ragged_rank=1), tf.shape(image)[:2]

    pixels, sizes = tf.map_fn(
        load,
        image_bytes,
        fn_output_signature=(
            tf.RaggedTensorSpec([None, None, 3], tf.uint8, ragged_rank=1),
            tf.TensorSpec([2], tf.int32),
        ),
    )
    return tf.cast(pixels.to_tensor(), tf.float32), sizes
