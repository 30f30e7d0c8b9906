"""The loss and metrics of a class and a box; targets and logits are [B, C + SIDES].

A target is a class, one-hot, and a box: ymin, xmin, ymax, xmax in 0..1 of the image's sides.
"""

from __future__ import annotations

from typing import NamedTuple

import keras
import tensorflow as tf

from trainer.config import TrainConfig
from trainer.data import boxes

SIDES = 4


class ClassAndBox(NamedTuple):
    """The two parts of a target or of logits: [B, C] and [B, SIDES]."""

    classes: tf.Tensor
    box: tf.Tensor


def split(joined: tf.Tensor) -> ClassAndBox:
    """The parts of [B, C + SIDES]."""
    return ClassAndBox(joined[..., :-SIDES], joined[..., -SIDES:])


class BoxLoss(keras.losses.Loss):
    """Cross-entropy of the classes, and GIoU loss of the boxes times `box_weight`: [B].

    The GIoU loss is 1 - GIoU (Rezatofighi et al., arXiv:1902.09630). It is close to the measure of
    the evaluation and does not depend on the size of the box, as distances do.
    """

    def __init__(self, config: TrainConfig) -> None:
        super().__init__(name="box_loss")
        self._smoothing = config.label_smoothing
        self._weight = config.box_weight

    def call(self, y_true: tf.Tensor, y_pred: tf.Tensor) -> tf.Tensor:
        """The loss of each image, [B]."""
        true, found = split(y_true), split(y_pred)
        of_classes = keras.losses.categorical_crossentropy(
            true.classes, found.classes, from_logits=True, label_smoothing=self._smoothing
        )
        return of_classes + self._weight * (1 - boxes.compute_giou(true.box, found.box))


class ClassAccuracy(keras.metrics.CategoricalAccuracy):
    """The share of the images whose largest logit is that of their class."""

    def __init__(self) -> None:
        super().__init__(name="accuracy")

    def update_state(
        self, y_true: tf.Tensor, y_pred: tf.Tensor, sample_weight: tf.Tensor | None = None
    ) -> None:
        """Adds targets and logits [B, C + SIDES]."""
        super().update_state(split(y_true).classes, split(y_pred).classes)


class BoxIoU(keras.metrics.Mean):
    """The mean intersection over union of the true box and the box found."""

    def __init__(self) -> None:
        super().__init__(name="box_iou")

    def update_state(
        self, y_true: tf.Tensor, y_pred: tf.Tensor, sample_weight: tf.Tensor | None = None
    ) -> None:
        """Adds targets and logits [B, C + SIDES]."""
        super().update_state(boxes.compute_iou(split(y_true).box, split(y_pred).box))
