"""What every segmenter's SavedModel does around its logits."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import tensorflow as tf

from trainer import records
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

# From pixels [N, H, W, 3] in 0..255 and sizes [N, 2] to scores [N, H, W, C]: the likeliest wins.
Scores = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]

ROWS = 256  # Of a mask that are made at once: a large image's scores fill no memory.


class Segmenter(tf.Module):
    """Masks in the sizes of the images sent, and the part of its pixels that each class has."""

    def __init__(
        self, scores: Scores, labels: Sequence[str], boundaries: Sequence[float], max_side: int
    ) -> None:
        super().__init__()
        self.labels = tuple(labels)
        self._scores = scores
        self._boundaries = list(boundaries)
        self._max_side = max_side

    def signatures(self) -> dict[str, tf.types.experimental.GenericFunction]:
        """The signatures by name, traced for inputs of any size."""
        return {
            "serving_default": self.segment_bytes.get_concrete_function(IMAGE_BYTES),
            "predict_pixels": self.segment_pixels.get_concrete_function(PIXELS),
            "predict_padded_pixels": self.segment_padded.get_concrete_function(PIXELS, SIZES),
            "evaluate_examples": self.segment_examples.get_concrete_function(EXAMPLES),
            "transform_features": self.size_buckets.get_concrete_function(EXAMPLES),
        }

    @tf.function
    def segment_bytes(self, image_bytes: tf.Tensor) -> Outputs:
        """Decodes each image, brings it to size, and segments all in one padded batch."""
        pixels, sizes, sent = padded(image_bytes, self._max_side)
        return self._segment(pixels, sizes, sent)

    @tf.function
    def segment_pixels(self, pixels: tf.Tensor) -> Outputs:
        """Segments images without padding."""
        return self.segment_padded(pixels, own_sizes(pixels))

    @tf.function
    def segment_padded(self, pixels: tf.Tensor, sizes: tf.Tensor) -> Outputs:
        """Segments images of these sizes, whatever stands beyond them."""
        return self._segment(pixels, sizes, sizes)

    @tf.function
    def segment_examples(self, examples: tf.Tensor) -> Outputs:
        """Segments recorded images."""
        fields = tf.io.parse_example(examples, records.MASK_FEATURES)
        return self.segment_bytes(fields[records.ENCODED])

    @tf.function
    def size_buckets(self, examples: tf.Tensor) -> Outputs:
        """Which quantile of the training images' sizes each image falls into, from 0 up."""
        return {"size_bucket": size_buckets(examples, self._boundaries)}

    def _segment(self, pixels: tf.Tensor, sizes: tf.Tensor, sent: tf.Tensor) -> Outputs:
        def finish(one: tuple[tf.Tensor, tf.Tensor, tf.Tensor]) -> tuple[tf.Tensor, tf.Tensor]:
            scores, size, own = one
            mask = enlarged_mask(scores[: size[0], : size[1]], own)
            return tf.io.encode_png(mask), fractions(mask, len(self.labels))

        masks, parts = tf.map_fn(
            finish,
            (self._scores(pixels, sizes), sizes, sent),
            parallel_iterations=1,
            fn_output_signature=(
                tf.TensorSpec([], tf.string),
                tf.TensorSpec([len(self.labels)], tf.float32),
            ),
        )
        labels = tf.constant(self.labels)[tf.newaxis]
        return {
            "mask_bytes": masks,
            "class_fractions": parts,
            "labels": tf.tile(labels, [tf.shape(sizes)[0], 1]),
        }


def mirrored(scores: Scores) -> Scores:
    """Asks about the mirrored images too, each within its own width, and averages."""

    def both(pixels: tf.Tensor, sizes: tf.Tensor) -> tf.Tensor:
        def mirror(batch: tf.Tensor) -> tf.Tensor:
            return tf.reverse_sequence(batch, sizes[:, 1], seq_axis=2, batch_axis=0)

        return (scores(pixels, sizes) + mirror(scores(mirror(pixels), sizes))) / 2

    return both


def enlarged_mask(scores: tf.Tensor, size: tf.Tensor) -> tf.Tensor:
    """The class with the largest of the scores [h, w, C] at each pixel of a size: [H, W, 1] uint8.

    Scores are enlarged bilinearly, a band of rows after the other.
    """
    bands = (size[0] + ROWS - 1) // ROWS
    whole = tf.TensorArray(tf.uint8, bands, infer_shape=False, element_shape=[None, None])
    for band in tf.range(bands):
        rows = tf.range(band * ROWS, tf.minimum((band + 1) * ROWS, size[0]))
        tall = interpolated(scores, rows, size[0])
        across = tf.image.resize(tall, [tf.shape(rows)[0], size[1]])
        whole = whole.write(band, tf.cast(tf.argmax(across, axis=-1), tf.uint8))
    return whole.concat()[..., tf.newaxis]


def interpolated(scores: tf.Tensor, rows: tf.Tensor, height: tf.Tensor) -> tf.Tensor:
    """Some rows of [h, w, C] enlarged to a height, as tf.image.resize has them."""
    last = tf.shape(scores)[0] - 1
    scale = tf.cast(last + 1, tf.float32) / tf.cast(height, tf.float32)
    place = (tf.cast(rows, tf.float32) + 0.5) * scale - 0.5
    upper = tf.floor(place)
    weight = (place - upper)[:, tf.newaxis, tf.newaxis]
    above = tf.clip_by_value(tf.cast(upper, tf.int32), 0, last)
    below = tf.clip_by_value(tf.cast(upper, tf.int32) + 1, 0, last)
    return tf.gather(scores, above) * (1 - weight) + tf.gather(scores, below) * weight


def fractions(mask: tf.Tensor, classes: int) -> tf.Tensor:
    """Each class's part of a mask's pixels, float32 [C]."""
    ids = tf.reshape(tf.cast(mask, tf.int32), [-1])
    counts = tf.math.bincount(ids, minlength=classes, maxlength=classes)
    return tf.cast(counts / tf.size(ids), tf.float32)
