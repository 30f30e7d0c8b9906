"""The fields of a record: the names of the TensorFlow Model Garden, written once.

Source: https://github.com/tensorflow/models, official/vision/dataloaders/tf_example_decoder.py.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf

ENCODED = "image/encoded"  # The image file's bytes; decodes to 8-bit RGB.
FORMAT = "image/format"  # b"JPEG", b"PNG", b"GIF" or b"BMP": by the bytes, not by the file's name.
HEIGHT = "image/height"  # Pixels, as decoded.
WIDTH = "image/width"  # Pixels, as decoded.
FILENAME = "image/filename"  # Path below the ingested folder, with "/".
SHA256 = "image/key/sha256"  # Lower-case hexadecimal digest of the original file.
LABEL_TEXT = "image/class/text"  # With a mask: the breed, if the data has it.
LABEL = "image/class/label"  # Index of LABEL_TEXT among the sorted names of all classes found.
SPECIES = "image/class/species"  # b"cat" or b"dog", if the data has it.
MASK = "image/segmentation/class/encoded"  # PNG with one byte per pixel: class, or IGNORED.
MASK_FORMAT = "image/segmentation/class/format"
BOXES = {  # 0..1 of the image's width and height; empty if the data has none.
    "xmin": "image/object/bbox/xmin",
    "xmax": "image/object/bbox/xmax",
    "ymin": "image/object/bbox/ymin",
    "ymax": "image/object/bbox/ymax",
}
BOX_LABEL = "image/object/class/label"  # One for each box: LABEL; with a mask 0, a head.

IGNORED = 255  # In a record's mask: not a class.

SPLITS = ("train", "val", "test")
NEEDED_SPLITS = ("train", "test")  # They need every class; val needs none.

CLASS_FEATURES = {
    ENCODED: tf.io.FixedLenFeature([], tf.string),
    HEIGHT: tf.io.FixedLenFeature([], tf.int64),
    WIDTH: tf.io.FixedLenFeature([], tf.int64),
    LABEL_TEXT: tf.io.FixedLenFeature([], tf.string),
}

MASK_FEATURES = {
    ENCODED: tf.io.FixedLenFeature([], tf.string),
    HEIGHT: tf.io.FixedLenFeature([], tf.int64),
    WIDTH: tf.io.FixedLenFeature([], tf.int64),
    MASK: tf.io.FixedLenFeature([], tf.string),
}


BOX_FEATURES = {
    **CLASS_FEATURES,
    **{name: tf.io.FixedLenFeature([], tf.float32) for name in BOXES.values()},
}  # Exactly one box.


def to_example(fields: dict[str, Any]) -> tf.train.Example:
    """A tf.Example of the fields: str, bytes, int, bool or float, or lists of one of these.

    Raises TypeError, naming the field, for a value of another type.
    """
    features = {name: _to_feature(name, value) for name, value in fields.items()}
    return tf.train.Example(features=tf.train.Features(feature=features))


def _to_feature(name: str, value: Any) -> tf.train.Feature:
    values = list(value) if isinstance(value, (list, tuple)) else [value]
    if all(isinstance(v, (str, bytes)) for v in values):
        encoded = [v.encode() if isinstance(v, str) else v for v in values]
        return tf.train.Feature(bytes_list=tf.train.BytesList(value=encoded))
    if all(isinstance(v, int) for v in values):
        return tf.train.Feature(int64_list=tf.train.Int64List(value=[int(v) for v in values]))
    if all(isinstance(v, float) for v in values):
        return tf.train.Feature(float_list=tf.train.FloatList(value=values))
    raise TypeError(f"Field {name!r} is {value!r}: use str, bytes, int or float.")
