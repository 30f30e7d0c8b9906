"""Optimizers and learning rates of a phase of training."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf
from keras import ops

from trainer.models.split import find_group
from trainer.phase_config import PhaseConfig


def build_optimizer(
    phase: PhaseConfig, steps_per_epoch: int, ema_momentum: float, factors: Sequence[float] = ()
) -> keras.optimizers.Optimizer:
    """The phase's optimizer, with averaged weights.

    `factors` multiply the learning rate of each trainable variable; none: all have the same rate.
    """
    options: dict[str, Any] = {
        "learning_rate": Schedule(phase, steps_per_epoch),
        "weight_decay": phase.weight_decay,
        "global_clipnorm": 1.0,
        "use_ema": True,
        "ema_momentum": ema_momentum,
    }
    if phase.optimizer == "sgd":
        options |= {"momentum": phase.momentum, "nesterov": phase.nesterov}
    return OPTIMIZERS[phase.optimizer](factors=factors, **options)


def list_factors(model: keras.Model, groups: Sequence[str], layer_decay: float) -> list[float]:
    """The factor of each trainable variable's learning rate (Clark et al., arXiv:2003.10555).

    It is 1 in the head, `layer_decay` in the last group of the backbone, its square in the group
    before, and so on. `groups` are the beginnings of layers' names, from the image on.
    """
    if layer_decay == 1:
        return []
    numbers = (find_group(v.path.split("/")[0], groups) for v in model.trainable_variables)
    return [1.0 if n is None else layer_decay ** (len(groups) - n) for n in numbers]


class Schedule(keras.optimizers.schedules.LearningRateSchedule):
    """A linear warm-up, then a rate that falls in a cosine (arXiv:1608.03983), a line, or not."""

    def __init__(self, phase: PhaseConfig, steps_per_epoch: int) -> None:
        self._peak, self._shape = phase.learning_rate, SHAPES[phase.schedule]
        self._warmup = round(phase.warmup_epochs * steps_per_epoch)
        self._falling = max(1, phase.epochs * steps_per_epoch - self._warmup)

    def __call__(self, step: tf.Tensor) -> tf.Tensor:
        """The rate of a step, counted from 0."""
        step = ops.cast(step, "float32")
        risen = ops.minimum(step / max(1, self._warmup), 1.0) if self._warmup else 1.0
        done = ops.clip((step - self._warmup) / self._falling, 0.0, 1.0)
        return self._peak * risen * self._shape(done)


SHAPES = {
    "cosine": lambda done: 0.5 * (1 + ops.cos(math.pi * done)),
    "linear": lambda done: 1 - done,
    "constant": ops.ones_like,
}  # From the share of the steps that is done to a share of the peak.


class StepRates:
    """Mixed into a Keras optimizer: the step's rate decays the weights; variables may scale it.

    Keras's own decay computes the rate again for each variable, and TensorFlow builds all of that.
    """

    def __init__(self, *, factors: Sequence[float], weight_decay: float, **options: Any) -> None:
        super().__init__(weight_decay=0.0, **options)  # type: ignore[call-arg]
        self.weight_decay = None  # Refused above; with 0, Keras would still write every variable.
        self._factors, self.step_decay = tuple(factors), weight_decay

    def update_step(
        self, gradient: tf.Tensor, variable: tf.Variable, learning_rate: tf.Tensor
    ) -> None:
        """Changes a variable by its own rate."""
        rate = ops.cast(learning_rate, variable.dtype)
        if self._factors:
            rate *= self._factors[self._get_variable_index(variable)]  # type: ignore[attr-defined]
        if self.step_decay:
            self.assign_sub(variable, variable * (rate * self.step_decay))  # type: ignore[attr-defined]
        super().update_step(gradient, variable, rate)  # type: ignore[misc]


class StepAdamW(StepRates, keras.optimizers.AdamW):
    """AdamW with these rates."""


class StepSGD(StepRates, keras.optimizers.SGD):
    """SGD with these rates."""


class StepNadam(StepRates, keras.optimizers.Nadam):
    """Nadam with these rates."""


OPTIMIZERS = {"adamw": StepAdamW, "nadam": StepNadam, "sgd": StepSGD}
