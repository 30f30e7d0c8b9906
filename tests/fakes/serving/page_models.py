"""SavedModels that are unsure: a classifier with `unknown`, and a segmenter with confidence."""

from __future__ import annotations

from pathlib import Path

import tensorflow as tf

LABELS = ("red", "green", "blue")
SURE = 0.6  # A smaller probability is too little for a label.
IMAGES = [tf.TensorSpec([None], tf.string, "image_bytes")]


class Brightness(tf.Module):
    """The logit of a colour is how bright it is."""

    @tf.function(input_signature=IMAGES)
    def classify(self, image_bytes):
        means = tf.reduce_mean(read_pixels(image_bytes[0]), [0, 1])[tf.newaxis]
        probabilities = tf.nn.softmax(means / 32.0)
        return {
            "probabilities": probabilities,
            "label": tf.gather(tf.constant(LABELS), tf.argmax(probabilities, axis=-1)),
            "labels": tf.constant(LABELS)[tf.newaxis],
            "unknown": tf.reduce_max(probabilities, axis=-1) < SURE,
        }


class Halves(tf.Module):
    """Bright pixels are sky; confidence is the distance of their red from grey."""

    @tf.function(input_signature=IMAGES)
    def segment(self, image_bytes):
        red = read_pixels(image_bytes[0])[..., :1]
        sky = red >= 128.0
        share = tf.reduce_mean(tf.cast(sky, tf.float32))
        confidence = tf.minimum(255.0, tf.abs(red - 128.0) * 2.0)
        return {
            "mask_bytes": write_png(sky),
            "confidence_bytes": write_png(confidence),
            "class_fractions": tf.stack([1.0 - share, share])[tf.newaxis],
            "labels": tf.constant([["ground", "sky"]]),
        }


def read_pixels(encoded):
    image = tf.io.decode_image(encoded, channels=3, expand_animations=False)
    return tf.cast(tf.ensure_shape(image, [None, None, 3]), tf.float32)


def write_png(values):
    return tf.io.encode_png(tf.cast(values, tf.uint8))[tf.newaxis]


def publish_classifier(model_folder: Path) -> None:
    save(Brightness().classify, model_folder)


def publish_segmenter(model_folder: Path) -> None:
    save(Halves().segment, model_folder)


def save(answer, model_folder: Path) -> None:
    module = tf.Module()
    module.answer = answer
    tf.saved_model.save(module, f"{model_folder}/1", signatures={"serving_default": answer})
