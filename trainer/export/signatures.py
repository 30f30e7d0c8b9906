"""The signatures that all SavedModels have: what they take, and how they read it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence

import tensorflow as tf

from trainer.data import images, preprocessing, records

Outputs = dict[str, tf.Tensor]
# From pixels [N, H, W, 3] in 0..255 and sizes [N, 2] to what a task makes of them.
Network = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]

IMAGE_BYTES = tf.TensorSpec([None], tf.string, "image_bytes")
PIXELS = tf.TensorSpec([None, None, None, 3], tf.float32, "pixels")
SIZES = tf.TensorSpec([None, 2], tf.int32, "sizes")
EXAMPLES = tf.TensorSpec([None], tf.string, "examples")

ENCODED_FEATURES = {records.ENCODED: tf.io.FixedLenFeature([], tf.string)}
SIZE_FEATURES = {
    name: tf.io.FixedLenFeature([], tf.int64) for name in (records.HEIGHT, records.WIDTH)
}


class ImageModule(tf.Module):
    """What a SavedModel does around a network: a task says what it answers, by `_answer`."""

    def __init__(
        self, network: Network, labels: Sequence[str], boundaries: Sequence[float], max_side: int
    ) -> None:
        super().__init__()
        self.labels = tuple(labels)
        self._network = network
        self._boundaries = list(boundaries)
        self._max_side = max_side

    def signatures(self) -> dict[str, tf.types.experimental.GenericFunction]:
        """The signatures by name, traced for inputs of any size."""
        return {
            "serving_default": self.of_bytes.get_concrete_function(IMAGE_BYTES),
            "predict_pixels": self.of_pixels.get_concrete_function(PIXELS),
            "predict_padded_pixels": self.of_padded.get_concrete_function(PIXELS, SIZES),
            "evaluate_examples": self.of_examples.get_concrete_function(EXAMPLES),
            "transform_features": self.size_buckets.get_concrete_function(EXAMPLES),
        }

    @tf.function
    def of_bytes(self, image_bytes: tf.Tensor) -> Outputs:
        """Decodes each image, brings it to size, and answers all in one padded batch."""
        return self._answer(*padded(image_bytes, self._max_side))

    @tf.function
    def of_pixels(self, pixels: tf.Tensor) -> Outputs:
        """Answers images without padding."""
        return self.of_padded(pixels, own_sizes(pixels))

    @tf.function
    def of_padded(self, pixels: tf.Tensor, sizes: tf.Tensor) -> Outputs:
        """Answers images of these sizes, whatever stands beyond them."""
        return self._answer(pixels, sizes, sizes)

    @tf.function
    def of_examples(self, examples: tf.Tensor) -> Outputs:
        """Answers recorded images."""
        return self.of_bytes(tf.io.parse_example(examples, ENCODED_FEATURES)[records.ENCODED])

    @tf.function
    def size_buckets(self, examples: tf.Tensor) -> Outputs:
        """Which quantile of the training images' sizes each image falls into, from 0 up."""
        return {"size_bucket": size_buckets(examples, self._boundaries)}

    @abstractmethod
    def _answer(self, pixels: tf.Tensor, sizes: tf.Tensor, sent: tf.Tensor) -> Outputs:
        """Of pixels [N, H, W, 3] with the sizes [N, 2] in them, and the sizes of what was sent."""

    def _labels_of_each(self, images: tf.Tensor) -> tf.Tensor:
        """The labels for each of so many images, string [N, C]."""
        return tf.tile(tf.constant(self.labels)[tf.newaxis], [images, 1])


def padded(image_bytes: tf.Tensor, max_side: int) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Encoded images [N] as one batch: float32 [N, H, W, 3] in 0..255, and sizes int32 [N, 2].

    The third are the sizes that the images were sent in.
    """

    def load(encoded: tf.Tensor) -> tuple[tf.RaggedTensor, tf.Tensor, tf.Tensor]:
        image, size = images.load_sized(encoded, max_side)
        return tf.RaggedTensor.from_tensor(image, ragged_rank=1), tf.shape(image)[:2], size

    pixels, sizes, sent = tf.map_fn(
        load,
        image_bytes,
        fn_output_signature=(
            tf.RaggedTensorSpec([None, None, 3], tf.uint8, ragged_rank=1),
            tf.TensorSpec([2], tf.int32),
            tf.TensorSpec([2], tf.int32),
        ),
    )
    return tf.cast(pixels.to_tensor(), tf.float32), sizes, sent


def own_sizes(pixels: tf.Tensor) -> tf.Tensor:
    """The sizes [N, 2] of images without padding."""
    shape = tf.shape(pixels)
    return tf.tile(shape[tf.newaxis, 1:3], [shape[0], 1])


def size_buckets(examples: tf.Tensor, boundaries: Sequence[float]) -> tf.Tensor:
    """Which quantile of the training images' sizes each recorded image falls into: int64 [N]."""
    fields = tf.io.parse_example(examples, SIZE_FEATURES)
    sizes = preprocessing.size(fields[records.HEIGHT], fields[records.WIDTH])
    buckets = tf.raw_ops.Bucketize(input=sizes, boundaries=list(boundaries))
    return tf.cast(buckets, tf.int64)
