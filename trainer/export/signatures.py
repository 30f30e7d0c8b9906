"""The signatures of every SavedModel: their inputs, and how these become pixels."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import keras
import tensorflow as tf

from trainer.data import image_headers, images, preprocessing, records
from trainer.data.limits import SizeLimits
from trainer.export.certainty import Certainty
from trainer.export.tiled import tiles
from trainer.export.tiled.tiles import WHOLE, Tiles
from trainer.export.tracing import SIZES

Outputs = dict[str, tf.Tensor]
# From pixels [N, H, W, channels] in 0..255 and sizes [N, 2] to probabilities or scores.
Network = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]

IMAGE_BYTES = tf.TensorSpec([None], tf.string, "image_bytes")
EXAMPLES = tf.TensorSpec([None], tf.string, "examples")

ENCODED_FEATURES = {records.ENCODED: tf.io.FixedLenFeature([], tf.string)}
SIZE_FEATURES = {
    name: tf.io.FixedLenFeature([], tf.int64) for name in (records.HEIGHT, records.WIDTH)
}


class ImageModule(tf.Module):
    """The signatures around a network. Each task's subclass defines `_answer`."""

    tracked: Mapping[str, Any] = {}  # Variables and models that the signatures use: saved too.
    certainty = Certainty()
    tiles: Tiles | None = None  # None: the model looks at the whole image.
    whole = WHOLE  # Why its tiles do not answer as the whole image does; empty: they do.
    dtype = tf.float32  # Of the pixels that the network gets.

    def __init__(
        self,
        network: Network,
        labels: Sequence[str],
        boundaries: Sequence[float],
        limits: SizeLimits,
        *,
        mirrored: bool = False,  # Whether the network averages over images and mirror images.
    ) -> None:
        super().__init__()
        self.labels = tuple(labels)
        self._network = network
        self._boundaries = list(boundaries)
        self._limits = limits
        self._mirrored = mirrored

    def trace_signatures(self) -> dict[str, tf.types.experimental.GenericFunction]:
        """Traces the signatures for inputs of any size; returns them by name."""
        shape = [None, None, None, self._limits.channels]
        pixels = tf.TensorSpec(shape, tf.float32, "pixels")
        windows = tf.TensorSpec([None, None, None, 3], tf.uint8, "pixels")
        of_windows = (
            {"score_tiles": self.score_tiles.get_concrete_function(windows, SIZES)}
            if self.tiles
            else {}
        )
        return {
            **of_windows,
            "serving_default": self.answer_bytes.get_concrete_function(IMAGE_BYTES),
            "predict_pixels": self.answer_pixels.get_concrete_function(pixels),
            "predict_padded_pixels": self.answer_padded.get_concrete_function(pixels, SIZES),
            "evaluate_examples": self.answer_examples.get_concrete_function(EXAMPLES),
            "transform_features": self.find_size_buckets.get_concrete_function(EXAMPLES),
            "plan_tiles": self.plan_tiles.get_concrete_function(SIZES),
        }

    def use_layers(self, model: keras.Model) -> None:
        """For signatures that need more of the model than the network's outputs: none here."""

    def compute_outputs(self, pixels: tf.Tensor, sizes: tf.Tensor) -> tf.Tensor:
        """The network's outputs, before they are calibrated."""
        return self._network(pixels, sizes)

    @tf.function
    def answer_bytes(self, image_bytes: tf.Tensor) -> Outputs:
        """Decodes and scales each image, and answers all in one padded batch.

        Raises InvalidArgumentError for an image over `limits.max_pixels`, before it is decoded.
        """
        return self._answer(*load_batch(image_bytes, self._limits, self.dtype))

    @tf.function
    def answer_pixels(self, pixels: tf.Tensor) -> Outputs:
        """Answers images without padding."""
        return self.answer_padded(pixels, read_sizes(pixels))

    @tf.function
    def answer_padded(self, pixels: tf.Tensor, sizes: tf.Tensor) -> Outputs:
        """Answers images of these sizes, and ignores the padding.

        Raises InvalidArgumentError for sizes that do not fit the pixels, and for NaN and infinity.
        """
        with tf.control_dependencies(check_padded(pixels, sizes)):
            pixels, sizes = tf.identity(pixels), tf.identity(sizes)
        return self._answer(pixels, sizes, sizes)

    @tf.function
    def score_tiles(self, pixels: tf.Tensor, sizes: tf.Tensor) -> Outputs:
        """A segmenter's probabilities for windows of an image, or a classifier's score maps.

        Raises InvalidArgumentError for sizes that do not fit the pixels.
        """
        assert self.tiles, "Only traced if the model has tiles."
        with tf.control_dependencies(check_sizes(pixels, sizes)):
            pixels, sizes = tf.identity(pixels), tf.identity(sizes)
        pixels = images.convert(pixels, self._limits.channels)
        outputs = tiles.answer(self.tiles, pixels, sizes)
        if self.tiles.pooling:  # Pooled, they are calibrated logits.
            outputs["scores"] /= self.certainty.temperature
        return {**outputs, "labels": self._repeat_labels(tf.shape(pixels)[0])}

    @tf.function
    def plan_tiles(self, sizes: tf.Tensor) -> Outputs:
        """How tiles of images of these sizes lie, or why they have none."""
        outputs = tiles.plan(self.tiles, self.whole, sizes, self._limits.max_side)
        threshold = self.certainty.unknown_below or 0.0
        return {
            **outputs,
            "mirrored": tf.fill(tf.shape(sizes)[:1], self._mirrored),
            "unknown_below": tf.fill(tf.shape(sizes)[:1], threshold),
            "labels": self._repeat_labels(tf.shape(sizes)[0]),
        }

    @tf.function
    def answer_examples(self, examples: tf.Tensor) -> Outputs:
        """Answers recorded images."""
        return self.answer_bytes(tf.io.parse_example(examples, ENCODED_FEATURES)[records.ENCODED])

    @tf.function
    def find_size_buckets(self, examples: tf.Tensor) -> Outputs:
        """Which quantile of the training images' sizes each image falls into, from 0 up."""
        return {"size_bucket": find_size_buckets(examples, self._boundaries)}

    @abstractmethod
    def _answer(self, pixels: tf.Tensor, sizes: tf.Tensor, sent: tf.Tensor) -> Outputs:
        """The outputs for pixels [N, H, W, C] and sizes [N, 2]; `sent` are the original sizes."""

    def _repeat_labels(self, images: tf.Tensor) -> tf.Tensor:
        """The labels, once per image: string [N, C]."""
        return tf.tile(tf.constant(self.labels)[tf.newaxis], [images, 1])


def check_padded(pixels: tf.Tensor, sizes: tf.Tensor) -> list[tf.Operation]:
    """Assertions on pixels [N, H, W, C], float32, and sizes [N, 2]."""
    finite = tf.reduce_all(tf.math.is_finite(pixels))
    return [
        *check_sizes(pixels, sizes),
        tf.debugging.Assert(finite, ["pixels contain NaN or infinity."]),
    ]


def check_sizes(pixels: tf.Tensor, sizes: tf.Tensor) -> list[tf.Operation]:
    """Assertions on pixels [N, H, W, C] and sizes [N, 2], which must be 1..H and 1..W."""
    sent = tf.shape(pixels)
    wrong = tf.reduce_any((sizes < 1) | (sizes > sent[1:3]), axis=1)
    first = tf.boolean_mask(sizes, wrong)[:1]
    text = "(height, width) must be from 1 up to that of the pixels,"
    return [
        tf.debugging.assert_equal(tf.shape(sizes)[0], sent[0], "A size is needed for each image"),
        tf.debugging.Assert(~tf.reduce_any(wrong), ["The size", first, text, sent[1:3]]),
    ]


@tf.autograph.experimental.do_not_convert  # It has no loops; converting it takes seconds.
def load_batch(
    image_bytes: tf.Tensor, limits: SizeLimits, dtype: tf.DType = tf.float32
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Encoded images [N] as one padded batch [N, H, W, channels] in 0..255.

    Also returns the sizes of the scaled images and of the images sent, int32 [N, 2] each.
    """

    def load(encoded: tf.Tensor) -> tuple[tf.RaggedTensor, tf.Tensor, tf.Tensor]:
        checked = image_headers.check_pixels(encoded, limits.max_pixels)
        image, size = images.load_sized(checked, limits.max_side, **limits.options)
        return tf.RaggedTensor.from_tensor(image, ragged_rank=1), tf.shape(image)[:2], size

    pixels, sizes, sent = tf.map_fn(
        load,
        image_bytes,
        fn_output_signature=(
            tf.RaggedTensorSpec([None, None, limits.channels], tf.uint8, ragged_rank=1),
            tf.TensorSpec([2], tf.int32),
            tf.TensorSpec([2], tf.int32),
        ),
    )
    return tf.cast(pixels.to_tensor(), dtype), sizes, sent


def read_sizes(pixels: tf.Tensor) -> tf.Tensor:
    """The sizes [N, 2] of images without padding."""
    shape = tf.shape(pixels)
    return tf.tile(shape[tf.newaxis, 1:3], [shape[0], 1])


def find_size_buckets(examples: tf.Tensor, boundaries: Sequence[float]) -> tf.Tensor:
    """Which quantile of the training images' sizes each recorded image falls into: int64 [N]."""
    fields = tf.io.parse_example(examples, SIZE_FEATURES)
    sizes = preprocessing.compute_sizes(fields[records.HEIGHT], fields[records.WIDTH])
    buckets = tf.raw_ops.Bucketize(input=sizes, boundaries=list(boundaries))
    return tf.cast(buckets, tf.int64)
