"""SavedModels for the page: a classifier with heat maps and doubt, a segmenter with confidence."""

from __future__ import annotations

from pathlib import Path

import tensorflow as tf

LABELS = ("red", "green", "blue")
STRIDE, SCALE = 8, 2  # The network sees half of the height and width, and scores squares of 8.
SURE = 0.6  # A smaller probability is too little for a label.
IMAGES = [tf.TensorSpec([None], tf.string, "image_bytes")]


class Brightness(tf.Module):
    """The score of a colour at a position is its mean there; the mean of a map is the logit."""

    @tf.function(input_signature=IMAGES)
    def classify(self, image_bytes):
        maps = self.map_scores(image_bytes)
        return {name: maps[name] for name in ("probabilities", "label", "labels", "unknown")}

    @tf.function(input_signature=IMAGES)
    def map_scores(self, image_bytes):
        pixels = read_pixels(image_bytes[0])[tf.newaxis]
        sent = tf.shape(pixels)[1:3]
        scaled = sent // SCALE
        maps = tf.nn.avg_pool2d(tf.image.resize(pixels, scaled), STRIDE, STRIDE, "VALID") / 32.0
        probabilities = tf.nn.softmax(tf.reduce_mean(maps, [1, 2]))
        return {
            "score_maps": tf.pad(maps, [[0, 0], [0, 1], [0, 2], [0, 0]]),  # As in a batch.
            "map_sizes": tf.shape(maps)[tf.newaxis, 1:3],
            "strides": tf.constant([[STRIDE, STRIDE]]),
            "scaled_sizes": scaled[tf.newaxis],
            "sent_sizes": sent[tf.newaxis],
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
    model = Brightness()
    signatures = {"serving_default": model.classify, "heat_maps": model.map_scores}
    tf.saved_model.save(model, str(model_folder / "1"), signatures=signatures)


def publish_segmenter(model_folder: Path) -> None:
    model = Halves()
    signatures = {"serving_default": model.segment}
    tf.saved_model.save(model, str(model_folder / "1"), signatures=signatures)
