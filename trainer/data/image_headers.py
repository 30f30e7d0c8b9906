"""The size that an image file's header gives, read before the file is decoded.

A file of a few kilobytes can take gigabytes decoded. TensorFlow's decoders take what they get.
"""

from __future__ import annotations

import tensorflow as tf

HEADER = 26  # Bytes that contain the size of a PNG (IHDR), a GIF and a BMP (BITMAPINFOHEADER).


def check_pixels(encoded: tf.Tensor, max_pixels: int) -> tf.Tensor:
    """Returns the encoded image; in a graph, what decodes it must use what is returned.

    Raises InvalidArgumentError for an image of more pixels.
    """
    size = read_size(encoded)
    fits = tf.reduce_prod(size) <= max_pixels
    text = f"pixels (height, width): too many to decode. At most {max_pixels} are allowed."
    with tf.control_dependencies([tf.debugging.Assert(fits, ["An image of", size, text])]):
        return tf.identity(encoded)


def read_size(encoded: tf.Tensor) -> tf.Tensor:
    """Height and width of a JPEG, PNG, GIF or BMP file, int64 [2]; zeros for other bytes."""
    header = tf.strings.substr(tf.strings.join([encoded, "\0" * HEADER]), 0, HEADER)
    return tf.case(
        [
            (tf.io.is_jpeg(encoded), lambda: read_jpeg_size(encoded)),
            (begins_with(header, b"\x89PNG"), lambda: read_sides(header, 20, 16, "big", 4)),
            (begins_with(header, b"GIF8"), lambda: read_sides(header, 8, 6, "little", 2)),
            (begins_with(header, b"BM"), lambda: read_sides(header, 22, 18, "little", 4)),
        ],
        default=lambda: tf.zeros([2], tf.int64),
    )


def begins_with(header: tf.Tensor, signature: bytes) -> tf.Tensor:
    """Whether the first bytes are a format's."""
    return tf.equal(tf.strings.substr(header, 0, len(signature)), signature)


def read_jpeg_size(encoded: tf.Tensor) -> tf.Tensor:
    """Height and width of a JPEG file, int64 [2]."""
    return tf.cast(tf.io.extract_jpeg_shape(encoded)[:2], tf.int64)


def read_sides(header: tf.Tensor, height: int, width: int, order: str, length: int) -> tf.Tensor:
    """The numbers of `length` bytes at two places, int64 [2]; a BMP stored from the top is < 0."""
    kind = tf.int32 if length == 4 else tf.uint16
    sides = [
        tf.io.decode_raw(tf.strings.substr(header, place, length), kind, order == "little")[0]
        for place in (height, width)
    ]
    return tf.abs(tf.cast(tf.stack(sides), tf.int64))
