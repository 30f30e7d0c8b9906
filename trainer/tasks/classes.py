"""Classification: each image has a class."""

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
from trainer.data import preprocessing
from trainer.data.augmentation import augment, mixup
from trainer.data.limits import SizeLimits
from trainer.data.preprocessing import DataStatistics
from trainer.data.records import CLASS_FEATURES, LABEL_TEXT
from trainer.export import classifier
from trainer.export.classifier import Classifier
from trainer.export.signatures import Network
from trainer.tasks.task import Batch


@dataclass(frozen=True)
class Classes:
    """Each image has a class."""

    features = CLASS_FEATURES
    bytes_per_pixel = 3  # Of an image.
    padding = 0.0  # Not needed: all targets have one size.
    preprocessing_fn = "trainer.data.preprocessing.preprocessing_fn"

    def read_statistics(self, transform_uri: str, classes: tuple[str, ...]) -> DataStatistics:
        """Transform's statistics, with the labels of the training split."""
        return preprocessing.read_classes(transform_uri)

    def read_target(
        self, fields: dict[str, tf.Tensor], labels: Sequence[str], size: tf.Tensor
    ) -> tf.Tensor:
        """The example's class, one-hot [C]."""
        names = tf.constant(list(labels))
        label = fields[LABEL_TEXT]
        matches = names == label
        tf.debugging.Assert(
            tf.reduce_any(matches),
            [
                "Label",
                label,
                "is not in the training split, which has",
                names,
                "; add training images of it, or remove its folder",
            ],
        )
        return tf.cast(matches, tf.float32)

    def draw_view(
        self, image: tf.Tensor, target: tf.Tensor, seed: tf.Tensor, config: AugmentConfig
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """A random view of the image; its class stays."""
        return augment(image, seed, config), target

    def mix(
        self, batches: tf.data.Dataset, seeds: tf.data.Dataset, recipe: Recipe
    ) -> tf.data.Dataset:
        """The batches, their images blended in pairs unless `mixup` is 0."""
        alpha = recipe.augment.mixup
        if alpha == 0:
            return batches

        def blend(batch: Batch, seed: tf.Tensor) -> Batch:
            return mixup(*batch, seed, alpha)

        pairs = tf.data.Dataset.zip(batches, seeds)
        return pairs.map(blend, num_parallel_calls=tf.data.AUTOTUNE)

    def build_loss(self, config: TrainConfig, classes: int) -> keras.losses.Loss:
        """Cross-entropy of logits [B, C]."""
        return keras.losses.CategoricalCrossentropy(
            from_logits=True, label_smoothing=config.label_smoothing
        )

    def build_metrics(self, classes: int) -> list[Any]:
        """The metrics that Keras logs after each epoch."""
        return [keras.metrics.CategoricalAccuracy(name="accuracy")]

    def activate(self, logits: tf.Tensor) -> tf.Tensor:
        """Probabilities [B, C]."""
        return tf.nn.softmax(logits)

    def pair_answers(self, outputs: NDArray[Any], targets: NDArray[Any]) -> Pairs:
        """One answer for each image."""
        return outputs[:, np.newaxis], targets.argmax(axis=-1)[:, np.newaxis]

    def build_module(
        self, network: Network, statistics: DataStatistics, recipe: Recipe
    ) -> Classifier:
        """A classifier for the labels of the training split."""
        facts = statistics.labels, statistics.size_boundaries
        return Classifier(network, *facts, recipe.served_limits)

    def build_constant_module(
        self, statistics: DataStatistics, shares: Mapping[str, float], limits: SizeLimits
    ) -> Classifier:
        """A classifier that returns each class's share of the training images."""
        return classifier.build_constant(statistics, shares, limits)


CLASSES = Classes()
