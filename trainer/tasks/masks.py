"""The task of naming each pixel's class."""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf

from trainer.config import AugmentConfig, Experiment, TrainConfig
from trainer.data import masks
from trainer.data.augmentation import augment_pair, paste
from trainer.data.records import IGNORED, MASK, MASK_FEATURES
from trainer.tasks import mask_losses

FEATURES = MASK_FEATURES
BYTES_PER_PIXEL = 4  # Of an image and its mask in memory.
PADDING = np.uint8(IGNORED)  # Of targets: what lies beyond an image does not count.


def target(fields: dict[str, tf.Tensor], _: Sequence[str], size: tf.Tensor) -> tf.Tensor:
    """The example's mask in the size of the image that the model sees: [H, W, 1] uint8."""
    return masks.resize(masks.decode(fields[MASK]), size)


def view(
    image: tf.Tensor, target: tf.Tensor, seed: tf.Tensor, config: AugmentConfig
) -> tuple[tf.Tensor, tf.Tensor]:
    """The same random view of image and mask."""
    image, mask = augment_pair(image, target, seed, config)
    return image, tf.ensure_shape(mask, [None, None, 1])


def mixed(
    batches: tf.data.Dataset, seeds: tf.data.Dataset, experiment: Experiment
) -> tf.data.Dataset:
    """The batches, objects of some images put over other images unless `paste` is 0."""
    share, data = experiment.augment.paste, experiment.data
    if share == 0:
        return batches
    ground = [data.classes.index(name) for name in data.mask.ground]
    return tf.data.Dataset.zip(batches, seeds).map(
        lambda batch, seed: paste(*batch, seed, share=share, ground=ground),
        num_parallel_calls=tf.data.AUTOTUNE,
    )


def loss(config: TrainConfig, classes: int) -> keras.losses.Loss:
    """Cross-entropy and Dice of logits [B, H, W, C]."""
    return mask_losses.MaskLoss(config, classes)


def metrics(classes: int) -> list:
    """What the log says of each epoch."""
    return [mask_losses.PixelAccuracy(), mask_losses.MeanIoU(classes)]
