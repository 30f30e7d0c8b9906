"""How training images differ from epoch to epoch: crops, flips and colours, all from one seed."""

from __future__ import annotations

from collections.abc import Sequence

import tensorflow as tf

from trainer.config import AugmentConfig
from trainer.data import boxes, masks
from trainer.data.records import IGNORED


def augment(image: tf.Tensor, seed: tf.Tensor, config: AugmentConfig) -> tf.Tensor:
    """A random view of [H, W, C] in 0..255, its sides multiples of the grid, in 0..255.

    `seed` is int32 [2]: equal seeds give equal views.
    """
    seeds = split(seed)
    crop = draw_crop_box(tf.shape(image)[:2], seeds[:2], config)
    return show_crop(image, crop, seeds, config)


def show_crop(
    image: tf.Tensor, crop: tf.Tensor, seeds: list[tf.Tensor], config: AugmentConfig
) -> tf.Tensor:
    """The crop of an image (top, left, height, width), scaled, flipped or not, recoloured."""
    image = tf.image.resize(cut(image, crop), fit_to_grid(crop[2:], config))
    image = mirror(image, seeds[2], config)
    return change_colours(image, seeds[3:], config)


def augment_pair(
    image: tf.Tensor, mask: tf.Tensor, seed: tf.Tensor, config: AugmentConfig
) -> tuple[tf.Tensor, tf.Tensor]:
    """The view that `augment` gives, and the same view of its mask [H, W, 1], without new ids."""
    seeds = split(seed)
    box = draw_crop_box(tf.shape(image)[:2], seeds[:2], config)
    mask = masks.resize(cut(mask, box), fit_to_grid(box[2:], config))
    mask = mirror(mask, seeds[2], config)
    return augment(image, seed, config), mask


def augment_boxed(
    image: tf.Tensor, box: tf.Tensor, seed: tf.Tensor, config: AugmentConfig
) -> tuple[tf.Tensor, tf.Tensor]:
    """A view of the size that `augment` gives, moved so that it shows the box, and the box in it.

    The box is (ymin, xmin, ymax, xmax) in 0..1 of the image. If it does not fit into the view, its
    visible part counts.
    """
    seeds, size = split(seed), tf.shape(image)[:2]
    crop = draw_crop_box(size, seeds[:2], config)
    crop = move_to_box(crop, box * tf.cast(tf.tile(size, [2]), tf.float32), size, seeds[1])
    seen = boxes.to_crop(box, crop, size)
    seen = tf.where(is_flipped(seeds[2], config), boxes.mirror(seen), seen)
    return show_crop(image, crop, seeds, config), seen


def move_to_box(crop: tf.Tensor, box: tf.Tensor, size: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """The crop at a random place where it contains the box, or lies in it; int32 [4].

    `box` is (ymin, xmin, ymax, xmax) in pixels of the image of this `size`.
    """
    part, free = (tf.cast(sides, tf.float32) for sides in (crop[2:], size - crop[2:]))
    ends = tf.floor(box[:2]), tf.math.ceil(box[2:]) - part
    first, last = (
        tf.clip_by_value(end, 0.0, free) for end in (tf.minimum(*ends), tf.maximum(*ends))
    )
    corner = first + tf.floor(tf.random.stateless_uniform([2], seed) * (last - first + 1))
    return tf.concat([tf.cast(corner, tf.int32), crop[2:]], 0)


def is_flipped(seed: tf.Tensor, config: AugmentConfig) -> tf.Tensor:
    """Whether images with this seed are mirrored, bool []."""
    sides = tf.constant([[[0.0], [1.0]]])
    return mirror(sides, seed, config)[0, 0, 0] == 1.0


def find_view_size(size: tf.Tensor, seed: tf.Tensor, config: AugmentConfig) -> tf.Tensor:
    """Height and width of the view that `augment` gives of an image of `size`; int32 [2]."""
    return fit_to_grid(draw_crop_box(size, split(seed)[:2], config)[2:], config)


def split(seed: tf.Tensor) -> list[tf.Tensor]:
    """A seed for each of a view's decisions."""
    return tf.unstack(tf.random.experimental.stateless_split(seed, 8))


def mirror(image: tf.Tensor, seed: tf.Tensor, config: AugmentConfig) -> tf.Tensor:
    """Half of the images as in a mirror, unless the configuration forbids it."""
    return tf.image.stateless_random_flip_left_right(image, seed) if config.mirror else image


def change_colours(image: tf.Tensor, seeds: list[tf.Tensor], config: AugmentConfig) -> tf.Tensor:
    """Changes light and colours at random: [H, W, C] in 0..255 to the same range."""
    image = tf.image.stateless_random_brightness(image / 255.0, config.brightness, seeds[0])
    low, high = 1 - config.contrast, 1 + config.contrast + 1e-6
    image = tf.image.stateless_random_contrast(image, low, high, seeds[1])
    if image.shape[-1] > 1:
        image = tint(saturate(image, seeds[2], config), seeds[3:], config)
    return tf.clip_by_value(image * 255.0, 0.0, 255.0)


def tint(image: tf.Tensor, seeds: list[tf.Tensor], config: AugmentConfig) -> tf.Tensor:
    """Changes the light of each channel, and takes the colours from a share of the images."""
    low, high = 1 - config.tint, 1 + config.tint
    image *= tf.random.stateless_uniform([3], seeds[0], low, high)
    is_grey = tf.random.stateless_uniform([], seeds[1]) < config.grey
    return tf.where(is_grey, tf.image.rgb_to_grayscale(image), image)


def mixup(
    inputs: dict[str, tf.Tensor], labels: tf.Tensor, seed: tf.Tensor, alpha: float
) -> tuple[dict[str, tf.Tensor], tf.Tensor]:
    """Blends each image of a batch, and its label, with another one (arXiv:1710.09412).

    The larger share is the image's own. All images of the batch must have one size, as views in
    one bucket do. `seed` is int32 [2]; `alpha` > 0 is the parameter of the Beta distribution.
    """
    shape = [2, tf.shape(labels)[0]]
    draws = tf.random.stateless_gamma(shape, seed, alpha) + 1e-6
    share = tf.reduce_max(draws, axis=0) / tf.reduce_sum(draws, axis=0)
    of_pixels = share[:, tf.newaxis, tf.newaxis, tf.newaxis]
    blended = blend(inputs["image"], of_pixels)
    return {**inputs, "image": blended}, blend(labels, share[:, tf.newaxis])


def blend(batch: tf.Tensor, share: tf.Tensor) -> tf.Tensor:
    """share * entry + (1 - share) * the entry at the mirrored position of the batch."""
    return batch * share + tf.reverse(batch, [0]) * (1 - share)


def paste(
    inputs: dict[str, tf.Tensor],
    masks: tf.Tensor,
    seed: tf.Tensor,
    *,
    share: float,
    ground: Sequence[int],
) -> tuple[dict[str, tf.Tensor], tf.Tensor]:
    """Pastes the objects of a share of a batch's images onto other images (arXiv:2012.07177).

    Objects are the pixels of masks [B, H, W, 1] with classes other than `ground`; their masks are
    pasted too.
    All images of the batch must have one size, as for `mixup`. `seed` is int32 [2].
    """
    chosen = tf.random.stateless_uniform([tf.shape(masks)[0], 1, 1, 1], seed) < share
    around = tf.constant([*ground, IGNORED], masks.dtype)
    is_covered = chosen & tf.reduce_any(masks == around, axis=-1, keepdims=True)
    image = inputs["image"]
    pasted = tf.where(is_covered, tf.reverse(image, [0]), image)
    return {**inputs, "image": pasted}, tf.where(is_covered, tf.reverse(masks, [0]), masks)


def cut(image: tf.Tensor, box: tf.Tensor) -> tf.Tensor:
    """The part of [H, W, C] in a box: top, left, height, width."""
    return tf.image.crop_to_bounding_box(image, box[0], box[1], box[2], box[3])


def saturate(image: tf.Tensor, seed: tf.Tensor, config: AugmentConfig) -> tf.Tensor:
    """Moves colours towards grey or away from it.

    TensorFlow's own function converts to hue, which changes the hue of pixels that contrast made
    brighter than white or darker than black.
    """
    low, high = 1 - config.saturation, 1 + config.saturation
    grey = tf.image.rgb_to_grayscale(image)
    return grey + (image - grey) * tf.random.stateless_uniform([], seed, low, high)


def draw_crop_box(size: tf.Tensor, seeds: list[tf.Tensor], config: AugmentConfig) -> tf.Tensor:
    """Top, left, height and width of a random part of an image of `size`; int32 [4].

    After Szegedy et al. (arXiv:1409.4842).
    """
    sides = tf.cast(size, tf.float32)
    change = tf.math.log(config.max_aspect_change)
    area = tf.random.stateless_uniform([], seeds[0], config.min_crop_area, 1.0)
    stretch = tf.exp(tf.random.stateless_uniform([], seeds[0] + 1, -change, change + 1e-6))
    part = sides * tf.sqrt(area) * tf.stack([tf.sqrt(stretch), 1 / tf.sqrt(stretch)])
    part = tf.clip_by_value(tf.round(part), 1.0, sides)
    corner = tf.floor(tf.random.stateless_uniform([2], seeds[1]) * (sides - part + 1))
    return tf.cast(tf.concat([corner, part], 0), tf.int32)


def fit_to_grid(size: tf.Tensor, config: AugmentConfig) -> tf.Tensor:
    """`size` scaled to the training side, with each side rounded to the grid; int32 [2]."""
    sides = tf.cast(size, tf.float32)
    factor = tf.minimum(config.max_zoom, config.side / tf.reduce_max(sides))
    cells = tf.round(sides * factor / config.grid)
    return tf.cast(tf.maximum(1.0, cells), tf.int32) * config.grid
