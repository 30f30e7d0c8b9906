"""What the signatures of all SavedModels take, and how they read it."""

from __future__ import annotations

from collections.abc import Sequence

import tensorflow as tf

from trainer import images, preprocessing, records

Outputs = dict[str, tf.Tensor]

IMAGE_BYTES = tf.TensorSpec([None], tf.string, "image_bytes")
PIXELS = tf.TensorSpec([None, None, None, 3], tf.float32, "pixels")
SIZES = tf.TensorSpec([None, 2], tf.int32, "sizes")
EXAMPLES = tf.TensorSpec([None], tf.string, "examples")

SIZE_FEATURES = {
    name: tf.io.FixedLenFeature([], tf.int64) for name in (records.HEIGHT, records.WIDTH)
}


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
