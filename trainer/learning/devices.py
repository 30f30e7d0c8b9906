"""Several GPUs of one machine: each computes a part of every batch, and all have the same weights.

A step has the loss and the gradients that one device has for the whole batch: the outputs are
joined before the loss. The weights are on the first device.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from operator import itemgetter
from typing import Any, NamedTuple

import keras
import tensorflow as tf

from trainer.config import Recipe
from trainer.phase_config import PhaseConfig


def find_devices(recipe: Recipe) -> list[str]:
    """The names of the devices to train on: one, or all GPUs; without a GPU, all CPUs."""
    found = tf.config.list_logical_devices("GPU") or tf.config.list_logical_devices("CPU")
    names = [device.name for device in found]
    return names if recipe.train.devices == "all" else names[:1]


def scale_recipe(recipe: Recipe, count: int) -> Recipe:
    """The recipe for batches that are `count` times as large.

    The learning rate of SGD grows by `count` (Goyal et al., arXiv:1706.02677), that of AdamW by its
    square root (Malladi et al., arXiv:2205.10287). The average of the weights reaches over as many
    images as before (Busbridge et al., arXiv:2307.13813).
    """
    head, train = recipe.head_phase, recipe.train
    scaled = replace(
        train,
        batch_size=train.batch_size * count,
        learning_rate=scale_rate(train, count),
        ema_momentum=train.ema_momentum**count,
    )
    first = replace(head, learning_rate=scale_rate(head, count)) if head else None
    return replace(recipe, train=scaled, head_phase=first)


def scale_rate(phase: PhaseConfig, count: int) -> float:
    """The phase's learning rate for batches that are `count` times as large."""
    return phase.learning_rate * (count if phase.optimizer == "sgd" else math.sqrt(count))


def describe_scaling(recipe: Recipe, scaled: Recipe, devices: Sequence[str]) -> str:
    """A line with the devices, and what changes because of their number."""
    before, after = recipe.train, scaled.train
    return (
        f"Training on {len(devices)} devices: batch_size {before.batch_size} -> "
        f"{after.batch_size}, learning_rate {before.learning_rate:g} -> {after.learning_rate:g} "
        f"({before.optimizer}), ema_momentum {before.ema_momentum:g} -> {after.ema_momentum:g}"
    )


class SplitModel(keras.Model):
    """A model with the same weights, of whose batches each device computes a part."""

    def __init__(self, model: keras.Model, devices: Sequence[str]) -> None:
        super().__init__(name=f"{model.name}_split")
        self.model = model
        self._devices = tuple(devices)
        self.built = True

    def call(self, inputs: Any, training: bool | None = None) -> tf.Tensor:
        """What the model answers, with the parts joined again."""
        outputs = []
        for device, part in zip(self._devices, self._cut(inputs), strict=True):
            with tf.device(device):
                outputs.append(self._answer(part, training=training))
        return tf.concat(outputs, axis=0)

    def train_step(self, data: tuple[Any, tf.Tensor]) -> dict[str, tf.Tensor]:
        """One step, as Keras has it: the loss of the whole batch, each device its own gradients."""
        inputs, targets = data
        tapes, outputs = self._run_forward(inputs)
        joined = tf.concat(outputs, axis=0)
        with tf.GradientTape() as tape:
            tape.watch(joined)
            loss = self.compute_loss(x=inputs, y=targets, y_pred=joined)
            scaled = self.optimizer.scale_loss(loss)
        upstream = tf.split(tape.gradient(scaled, joined), [count_images(each) for each in outputs])
        parts = self._run_backward(tapes, outputs, upstream)
        gradients = [add(each) for each in zip(*parts, strict=True)]
        self.optimizer.apply(gradients, self.trainable_variables)
        self.metrics[0].update_state(loss)  # Keras has the loss first.
        return self.compute_metrics(inputs, targets, joined)

    def _run_forward(self, inputs: Any) -> tuple[list[tf.GradientTape], list[tf.Tensor]]:
        tapes, outputs = [], []
        for device, part in zip(self._devices, self._cut(inputs), strict=True):
            with tf.device(device), tf.GradientTape() as tape:
                outputs.append(self._answer(part, training=True))
            tapes.append(tape)
        return tapes, outputs

    def _run_backward(
        self, tapes: list[tf.GradientTape], outputs: list[tf.Tensor], upstream: list[tf.Tensor]
    ) -> list[list[tf.Tensor | None]]:
        """Each device's gradients. They are taken in its scope: TensorFlow would use the first."""
        weights = [variable.value for variable in self.trainable_variables]
        found = []
        for device, tape, output, gradient in zip(
            self._devices, tapes, outputs, upstream, strict=True
        ):
            with tf.device(device):
                found.append(tape.gradient(output, weights, output_gradients=gradient))
        return found

    def _answer(self, part: Part, *, training: bool | None) -> tf.Tensor:
        return self.model(part.batch, training=training)[: part.size]

    def _cut(self, batch: Any) -> Iterator[Part]:
        """A part for each device, of almost equal sizes.

        If there are fewer images than devices, some parts have an image that does not count: layers
        cannot compute without one.
        """
        count, total = len(self._devices), count_images(tf.nest.flatten(batch)[0])
        for number in range(count):
            begin, end = total * number // count, total * (number + 1) // count
            first = tf.minimum(begin, total - 1)
            rows = slice(first, tf.maximum(end, first + 1))
            yield Part(tf.nest.map_structure(itemgetter(rows), batch), end - begin)


class Part(NamedTuple):
    """Inputs of the model, and how many of them count."""

    batch: Any
    size: tf.Tensor


def count_images(tensor: tf.Tensor) -> tf.Tensor:
    """The number of images in a batch."""
    return tf.shape(tensor)[0]


def add(gradients: Sequence[tf.Tensor | None]) -> tf.Tensor | None:
    """The sum of a weight's gradients; None if the loss does not depend on it."""
    known = [gradient for gradient in gradients if gradient is not None]
    return tf.add_n(known) if known else None
