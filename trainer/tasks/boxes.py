"""Classification and localization: each image has a class and one box around its object."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import tensorflow as tf
from numpy.typing import NDArray

from trainer.calibration.fitting import Pairs
from trainer.config import AugmentConfig, Recipe, TrainConfig
from trainer.data import boxes, preprocessing
from trainer.data.augmentation import augment_boxed
from trainer.data.limits import SizeLimits
from trainer.data.preprocessing import DataStatistics
from trainer.data.records import BOX_FEATURES
from trainer.export import localizer
from trainer.export.localizer import Localizer
from trainer.export.signatures import Network
from trainer.tasks import box_losses
from trainer.tasks.classes import CLASSES


@dataclass(frozen=True)
class Boxes:
    """Each image has a class and a box: targets and logits are [C + 4], the box last.

    A box is ymin, xmin, ymax, xmax in 0..1 of the image's own height and width.
    """

    features = BOX_FEATURES
    bytes_per_pixel = 3  # Of an image.
    padding = 0.0  # Not needed: all targets have one size.
    preprocessing_fn = "trainer.data.preprocessing.boxes_preprocessing_fn"

    def read_statistics(self, transform_uri: str, classes: tuple[str, ...]) -> DataStatistics:
        """Transform's statistics, with the labels of the training split and its mean box."""
        return preprocessing.read_boxes(transform_uri)

    def read_target(
        self, fields: dict[str, tf.Tensor], labels: Sequence[str], size: tf.Tensor
    ) -> tf.Tensor:
        """The example's class, one-hot, and its box: [C + 4]."""
        return tf.concat([CLASSES.read_target(fields, labels, size), boxes.read(fields)], -1)

    def draw_view(
        self, image: tf.Tensor, target: tf.Tensor, seed: tf.Tensor, config: AugmentConfig
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """A random view of the image with the box in it, and where the box is there."""
        classes, box = box_losses.split(target)
        image, box = augment_boxed(image, box, seed, config)
        return image, tf.concat([classes, box], -1)

    def mix(
        self, batches: tf.data.Dataset, seeds: tf.data.Dataset, recipe: Recipe
    ) -> tf.data.Dataset:
        """The batches: boxes of two images cannot be blended."""
        return batches

    def build_loss(self, config: TrainConfig, classes: int) -> keras.losses.Loss:
        """Cross-entropy and GIoU loss of logits [B, C + 4]."""
        return box_losses.BoxLoss(config)

    def build_metrics(self, classes: int) -> list[Any]:
        """The metrics that Keras logs after each epoch."""
        return [box_losses.ClassAccuracy(), box_losses.BoxIoU()]

    def activate(self, logits: tf.Tensor) -> tf.Tensor:
        """Probabilities and the box inside the image, [B, C + 4] in 0..1."""
        classes, box = box_losses.split(logits)
        return tf.concat([tf.nn.softmax(classes), tf.clip_by_value(box, 0.0, 1.0)], -1)

    def pair_answers(self, outputs: NDArray[Any], targets: NDArray[Any]) -> Pairs:
        """The class of each image."""
        found, true = box_losses.split(outputs), box_losses.split(targets)
        return CLASSES.pair_answers(found.classes, true.classes)

    def build_module(
        self, network: Network, statistics: DataStatistics, recipe: Recipe
    ) -> Localizer:
        """A localizer for the labels of the training split."""
        facts = statistics.labels, statistics.size_boundaries
        return Localizer(network, *facts, recipe.served_limits)

    def build_constant_module(
        self, statistics: DataStatistics, shares: Mapping[str, float], limits: SizeLimits
    ) -> Localizer:
        """A localizer that returns each class's share and the mean box of the training images."""
        return localizer.build_constant(statistics, shares, limits)


BOXES = Boxes()
