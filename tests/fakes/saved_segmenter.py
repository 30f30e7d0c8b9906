"""A tiny SavedModel with a segmenter's signature: a pixel's class is which channels are bright."""

from __future__ import annotations

from pathlib import Path

import tensorflow as tf

LABELS = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
BRIGHT = 128


class BrightChannels(tf.Module):
    """Works on an image's own pixels, so that each of them is known in its mask."""

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "image_bytes")])
    def segment(self, image_bytes):
        masks, fractions = tf.map_fn(
            segment_one, image_bytes, fn_output_signature=(tf.string, tf.float32)
        )
        labels = tf.tile(tf.constant(LABELS)[tf.newaxis], [tf.shape(image_bytes)[0], 1])
        return {"mask_bytes": masks, "class_fractions": fractions, "labels": labels}


def segment_one(encoded):
    image = tf.io.decode_image(encoded, channels=3, expand_animations=False)
    bright = tf.cast(tf.ensure_shape(image, [None, None, 3]) >= BRIGHT, tf.int32)
    mask = tf.reduce_sum(bright * [1, 2, 4], axis=-1)
    counts = tf.math.bincount(tf.reshape(mask, [-1]), minlength=len(LABELS))
    fractions = tf.cast(counts / tf.reduce_sum(counts), tf.float32)
    return tf.io.encode_png(tf.cast(mask, tf.uint8)[..., tf.newaxis]), fractions


def publish(model_folder: Path, version: int) -> Path:
    model, folder = BrightChannels(), model_folder / str(version)
    tf.saved_model.save(model, str(folder), signatures={"serving_default": model.segment})
    return folder
