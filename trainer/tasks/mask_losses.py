"""The loss and metrics of masks; pixels with the id IGNORED do not count."""

from __future__ import annotations

import keras
import tensorflow as tf

from trainer.config import TrainConfig
from trainer.data.records import IGNORED


class MaskLoss(keras.losses.Loss):
    """Cross-entropy and Dice loss of class ids [B, H, W, 1] and logits [B, H, W, C].

    The cross-entropy is a mean over the pixels, weighted by class. The soft Dice loss (Milletari,
    Navab, Ahmadi, arXiv:1606.04797) is multiplied by `dice` and added. If no pixel counts, the loss
    is 0.
    """

    def __init__(self, config: TrainConfig, classes: int) -> None:
        super().__init__(name="mask_loss", reduction="sum")
        self._classes = classes
        self._smoothing = config.label_smoothing
        self._dice = config.dice
        self._weights = list(config.class_weights) or [1.0] * classes

    def call(self, y_true: tf.Tensor, y_pred: tf.Tensor) -> tf.Tensor:
        """The loss, a scalar."""
        ids = tf.cast(y_true[..., 0], tf.int32)
        counts = tf.cast(ids != IGNORED, tf.float32)
        truth = tf.one_hot(ids, self._classes)  # All zeros for ignored pixels.
        loss = self._cross_entropy(truth, y_pred, counts)
        if self._dice:
            loss += self._dice * dice_loss(truth, tf.nn.softmax(y_pred), counts)
        return loss

    def _cross_entropy(self, truth: tf.Tensor, logits: tf.Tensor, counts: tf.Tensor) -> tf.Tensor:
        smoothed = truth * (1 - self._smoothing) + self._smoothing / self._classes
        each = tf.nn.softmax_cross_entropy_with_logits(smoothed, logits)
        weights = tf.reduce_sum(truth * self._weights, axis=-1) * counts
        return tf.math.divide_no_nan(tf.reduce_sum(each * weights), tf.reduce_sum(weights))


def dice_loss(truth: tf.Tensor, probabilities: tf.Tensor, counts: tf.Tensor) -> tf.Tensor:
    """1 minus the soft Dice coefficient of [B, H, W, C]: the mean over the classes in `truth`."""
    predicted = probabilities * counts[..., tf.newaxis]
    both = tf.reduce_sum(predicted * truth, axis=[0, 1, 2])
    either = tf.reduce_sum(predicted + truth, axis=[0, 1, 2])
    there = tf.cast(tf.reduce_sum(truth, axis=[0, 1, 2]) > 0, tf.float32)
    missed = there * (1 - tf.math.divide_no_nan(2 * both, either))
    return tf.math.divide_no_nan(tf.reduce_sum(missed), tf.reduce_sum(there))


class PixelAccuracy(keras.metrics.Mean):
    """The share of the pixels whose largest logit is that of their class."""

    def __init__(self) -> None:
        super().__init__(name="pixel_accuracy")

    def update_state(
        self, y_true: tf.Tensor, y_pred: tf.Tensor, sample_weight: tf.Tensor | None = None
    ) -> None:
        """Adds class ids [B, H, W, 1] and logits [B, H, W, C]."""
        ids = tf.reshape(
            tf.cast(y_true, tf.int64), [-1]
        )  # Flat: Keras would average each row first.
        named = tf.reshape(tf.argmax(y_pred, -1), [-1])
        super().update_state(named == ids, tf.cast(ids != IGNORED, tf.float32))


class MeanIoU(keras.metrics.MeanIoU):
    """Mean intersection over union of the classes."""

    def __init__(self, classes: int) -> None:
        super().__init__(classes, name="mean_iou", sparse_y_pred=False)

    def update_state(
        self, y_true: tf.Tensor, y_pred: tf.Tensor, sample_weight: tf.Tensor | None = None
    ) -> None:
        """Adds class ids [B, H, W, 1] and logits [B, H, W, C]."""
        ids = tf.cast(y_true[..., 0], tf.int32)
        counts = tf.cast(ids != IGNORED, tf.float32)
        known = tf.where(ids == IGNORED, 0, ids)
        super().update_state(known, y_pred, counts)
