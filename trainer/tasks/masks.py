"""Segmentation: each pixel has a class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from trainer.calibration.fitting import Pairs
from trainer.config import AugmentConfig, Recipe, TrainConfig
from trainer.data import masks, preprocessing
from trainer.data.augmentation import augment_pair, paste
from trainer.data.limits import SizeLimits
from trainer.data.preprocessing import DataStatistics
from trainer.data.records import IGNORED, MASK, MASK_FEATURES
from trainer.export import segmenter
from trainer.export.segmenter import Segmenter
from trainer.export.signatures import Network
from trainer.export.tiled import segmenter as tiled_segmenter
from trainer.tasks import mask_losses
from trainer.tasks.task import Batch


@dataclass(frozen=True)
class Masks:
    """Each pixel has a class."""

    features = MASK_FEATURES
    bytes_per_pixel = 4  # Of an image and its mask.
    padding = np.uint8(IGNORED)  # Pixels outside an image do not count.
    preprocessing_fn = "trainer.data.preprocessing.masks_preprocessing_fn"

    def read_statistics(self, transform_uri: str, classes: tuple[str, ...]) -> DataStatistics:
        """Transform's statistics of masks with these classes."""
        return preprocessing.read_masks(transform_uri, classes)

    def read_target(
        self, fields: dict[str, tf.Tensor], labels: Sequence[str], size: tf.Tensor
    ) -> tf.Tensor:
        """The example's mask in the size of the image that the model sees: [H, W, 1] uint8."""
        return masks.resize(masks.decode(fields[MASK]), size)

    def draw_view(
        self, image: tf.Tensor, target: tf.Tensor, seed: tf.Tensor, config: AugmentConfig
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """The same random view of image and mask."""
        image, mask = augment_pair(image, target, seed, config)
        return image, tf.ensure_shape(mask, [None, None, 1])

    def mix(
        self, batches: tf.data.Dataset, seeds: tf.data.Dataset, recipe: Recipe
    ) -> tf.data.Dataset:
        """The batches, with objects of some images pasted onto others unless `paste` is 0."""
        share, data = recipe.augment.paste, recipe.data
        if share == 0:
            return batches
        assert data.mask, "An experiment with this task has a MaskConfig."
        ground = [data.classes.index(name) for name in data.mask.ground]

        def paste_objects(batch: Batch, seed: tf.Tensor) -> Batch:
            return paste(*batch, seed, share=share, ground=ground)

        pairs = tf.data.Dataset.zip(batches, seeds)
        return pairs.map(paste_objects, num_parallel_calls=tf.data.AUTOTUNE)

    def build_loss(self, config: TrainConfig, classes: int) -> keras.losses.Loss:
        """Cross-entropy and Dice of logits [B, H, W, C]."""
        return mask_losses.MaskLoss(config, classes)

    def build_metrics(self, classes: int) -> list[Any]:
        """The metrics that Keras logs after each epoch."""
        return [mask_losses.PixelAccuracy(), mask_losses.MeanIoU(classes)]

    def activate(self, logits: tf.Tensor) -> tf.Tensor:
        """Probabilities [B, H, W, C]."""
        return tf.nn.softmax(logits)

    def pair_answers(self, outputs: NDArray[Any], targets: NDArray[Any]) -> Pairs:
        """One answer for each pixel that counts."""
        images, classes = len(outputs), outputs.shape[-1]
        ids = np.where(targets == IGNORED, -1, targets.astype(int))
        return outputs.reshape(images, -1, classes), ids.reshape(images, -1)

    def build_module(
        self, network: Network, statistics: DataStatistics, recipe: Recipe
    ) -> Segmenter:
        """A segmenter that averages over the views in the model's configuration, or in tiles."""
        if recipe.serve.tile:
            return tiled_segmenter.build(network, statistics, recipe)
        return segmenter.build_averaging(network, statistics, recipe)

    def build_constant_module(
        self, statistics: DataStatistics, shares: Mapping[str, float], limits: SizeLimits
    ) -> Segmenter:
        """A segmenter that gives every pixel the class with most pixels in training."""
        return segmenter.build_constant(statistics, limits)


MASKS = Masks()
