"""Decodes image files to the pixels that a model sees, in training and serving alike."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from trainer.data.limits import Crop, SizeLimits, Sizing

PADDED = ("resize_with_pad", "crop_or_pad")  # Sizings that add black, or cut off pixels.
WHOLE_IMAGE: Crop = (0.0, 0.0, 1.0, 1.0)
SHRINKS = (1, 2, 4, 8)  # Factors that a JPEG decoder can divide the sides by.


def load(encoded: tf.Tensor, max_side: int, **options: Any) -> tf.Tensor:
    """As `load_sized`, without the original size."""
    return load_sized(encoded, max_side, **options)[0]


def load_sized(
    encoded: tf.Tensor,
    max_side: int,
    *,
    sizing: Sizing = "limit",
    channels: int = 3,
    crop: Crop | None = None,
) -> tuple[tf.Tensor, tf.Tensor]:
    """Decodes one image and brings it to what a model sees: [H, W, channels] uint8.

    Also returns the image's original height and width, int32 [2]. Of an image with a `crop`, the
    rest is not used.
    """
    image, size = tf.cond(
        tf.io.is_jpeg(encoded),
        lambda: decode_shrunk(encoded, max_side, sizing, crop),
        lambda: measure(decode(encoded)),
    )
    image = tf.ensure_shape(image, [None, None, 3])
    if crop:
        image = cut_out(image, crop)
    if sizing != "crop_or_pad":
        image = resize(image, choose_size(measure_crop(size, crop), max_side, sizing))
    if sizing in PADDED:
        image = tf.image.resize_with_crop_or_pad(image, max_side, max_side)
    return convert(image, channels), size


def decode(encoded: tf.Tensor, *, channels: int = 3) -> tf.Tensor:
    """Decodes one JPEG, PNG, GIF (its first frame) or BMP: [H, W, channels] uint8.

    Greyscale and palettes become RGB, 16 bits become 8, and alpha is dropped. TensorFlow does not
    read EXIF: ingestion rotates images before it records them.
    Raises InvalidArgumentError for other formats and for truncated files.
    """
    image = tf.io.decode_image(encoded, channels=3, expand_animations=False)
    return convert(tf.ensure_shape(image, [None, None, 3]), channels)


def convert(image: tf.Tensor, channels: int) -> tf.Tensor:
    """RGB [H, W, 3] uint8 as 3 channels, or as 1: its luma, which keeps the values of greys."""
    return tf.image.rgb_to_grayscale(image) if channels == 1 else image


def decode_shrunk(
    encoded: tf.Tensor, max_side: int, sizing: Sizing, crop: Crop | None
) -> tuple[tf.Tensor, tf.Tensor]:
    """A JPEG, decoded at a reduced size if it is large, and its full size, int32 [2].

    To save time, decoding halves its sides until the longer one of its crop is < 2 max_side; the
    shorter one if both become max_side.
    """
    size = tf.io.extract_jpeg_shape(encoded)[:2]
    if sizing == "crop_or_pad":
        return tf.io.decode_jpeg(encoded, channels=3), size
    used = measure_crop(size, crop)
    side = tf.reduce_min(used) if sizing == "resize" else tf.reduce_max(used)
    halvings = tf.cast(side >= [max_side * shrink for shrink in SHRINKS[1:]], tf.int32)
    decoders = [lambda s=s: tf.io.decode_jpeg(encoded, channels=3, ratio=s) for s in SHRINKS]
    return tf.switch_case(tf.reduce_sum(halvings), decoders), size


def measure(image: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """The image and its height and width, int32 [2]."""
    return image, tf.shape(image)[:2]


def cut_out(image: tf.Tensor, crop: Crop) -> tf.Tensor:
    """The part of an image [H, W, 3] that is used, at least one pixel."""
    first, end = find_corners(tf.shape(image)[:2], crop)
    return image[first[0] : end[0], first[1] : end[1]]


def measure_crop(size: tf.Tensor, crop: Crop | None) -> tf.Tensor:
    """Height and width of the part of an image of `size` that is used, int32 [2]."""
    if not crop:
        return size
    first, end = find_corners(size, crop)
    return end - first


def find_corners(size: tf.Tensor, crop: Crop) -> tuple[tf.Tensor, tf.Tensor]:
    """The first row and column of a crop and those after its last, int32 [2] each."""
    sides = tf.cast(size, tf.float32)
    first, end = (tf.cast(tf.round(sides * corner), tf.int32) for corner in (crop[:2], crop[2:]))
    first = tf.minimum(first, size - 1)
    return first, tf.maximum(end, first + 1)


@tf.autograph.experimental.do_not_convert  # It has no loops to convert.
def find_seen_boxes(sizes: tf.Tensor, limits: SizeLimits) -> tf.Tensor:
    """What a model sees of images of these sizes [N, 2]: float32 [N, 4], as find_seen_box."""
    box = tf.TensorSpec([4], tf.float32)
    return tf.map_fn(lambda size: find_seen_box(size, limits), sizes, fn_output_signature=box)


def find_seen_box(size: tf.Tensor, limits: SizeLimits) -> tf.Tensor:
    """What a model sees of an image of `size`, int32 [2]: top, left, bottom and right, float32 [4].

    In pixels of the image; beyond it where black is added.
    """
    first, end = find_corners(size, limits.crop or WHOLE_IMAGE)
    used, start = end - first, tf.cast(first, tf.float32)
    if limits.sizing not in PADDED:
        return tf.concat([start, tf.cast(end, tf.float32)], axis=0)
    scaled = used
    if limits.sizing == "resize_with_pad":
        scaled = choose_size(used, limits.max_side, limits.sizing)
    added = limits.max_side - scaled
    before = tf.sign(added) * (tf.abs(added) // 2)  # As resize_with_crop_or_pad rounds it.
    scale = tf.cast(used, tf.float32) / tf.cast(scaled, tf.float32)
    start -= tf.cast(before, tf.float32) * scale
    return tf.concat([start, start + limits.max_side * scale], axis=0)


def choose_size(size: tf.Tensor, max_side: int, sizing: Sizing) -> tf.Tensor:
    """The height and width that an image of `size` is scaled to, int32 [2]."""
    if sizing == "resize":
        return tf.constant([max_side, max_side])
    return limit_size(size, max_side, greatest=1.0 if sizing == "limit" else float("inf"))


def limit_size(size: tf.Tensor, max_side: int, *, greatest: float = 1.0) -> tf.Tensor:
    """Height and width at most `max_side`, int32 [2].

    Keeps the aspect ratio, to the nearest pixel; no side becomes shorter than 1. Sides grow by the
    factor `greatest` at most.
    """
    sides = tf.cast(size, tf.float32)
    factor = tf.minimum(greatest, max_side / tf.reduce_max(sides))
    return tf.maximum(1, tf.cast(tf.round(sides * factor), tf.int32))


def resize(image: tf.Tensor, size: tf.Tensor) -> tf.Tensor:
    """[H, W, 3] scaled to a size; uint8."""
    scaled = tf.cond(
        tf.reduce_all(tf.shape(image)[:2] <= 2 * size),
        lambda: tf.image.resize(image, size),  # Uses every pixel: at most two a side.
        lambda: tf.image.resize(image, size, antialias=True),
    )
    return tf.cast(scaled + 0.5, tf.uint8)  # Both average pixels, so results stay in 0..255.
