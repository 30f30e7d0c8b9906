"""How many epochs fit the time, from the measured costs: plain arithmetic."""

from __future__ import annotations

import math
from typing import NamedTuple

from pipeline.init.choices import Choice, Choices
from trainer.config import Experiment

HEAD_SHARE = 1 / 3  # Of the time, at most, for the phase in which only the head learns.
FEWEST_STEPS = 300  # In a small folder: the base's epochs were chosen for a larger one.
ENOUGH = 0.5  # Of the base's epochs: with fewer, smaller images are better.
AVERAGED = 10  # The moving average covers at most this part of the steps.


class Costs(NamedTuple):
    """What training costs on this machine, in seconds."""

    step: float  # Of all weights.
    image: float  # To evaluate one.
    head_step: float = 0.0  # Of the head, on features.


class Counts(NamedTuple):
    """Images of a split."""

    train: int
    val: int


class Schedule(NamedTuple):
    """Epochs of both phases, and the seconds that they take."""

    head: int
    epochs: int
    seconds: float
    epoch_seconds: float

    def is_enough(self, base: Experiment) -> bool:
        """Whether it has a good part of the base's epochs."""
        return self.epochs >= ENOUGH * base.train.epochs


def plan_epochs(experiment: Experiment, costs: Costs, counts: Counts, seconds: float) -> Schedule:
    """As many epochs as fit the time; at least one of each phase."""
    steps = count_steps(experiment, counts)
    head, spent = _plan_head(experiment, costs, counts, seconds)
    epoch = steps * costs.step + counts.val * costs.image
    most = max(experiment.train.epochs, math.ceil(FEWEST_STEPS / steps))
    epochs = _clamp((seconds - spent) / epoch, most)
    return Schedule(head, epochs, spent + epochs * epoch, epoch)


def count_steps(experiment: Experiment, counts: Counts) -> int:
    """Batches in an epoch."""
    return max(1, counts.train // experiment.train.batch_size)


def _plan_head(
    experiment: Experiment, costs: Costs, counts: Counts, seconds: float
) -> tuple[int, float]:
    """Epochs of the first phase and their seconds: features are computed once."""
    if not experiment.head_phase:
        return 0, 0.0
    features = (counts.train + counts.val) * costs.image
    epoch = (count_steps(experiment, counts) + 1) * costs.head_step
    epochs = _clamp((seconds * HEAD_SHARE - features) / epoch, experiment.head_phase.epochs)
    return epochs, features + epochs * epoch


def _clamp(epochs: float, most: int) -> int:
    return max(1, min(most, math.floor(epochs)))


def choose_epochs(experiment: Experiment, schedule: Schedule, counts: Counts) -> Choices:
    """The values of the experiment that depend on the number of epochs."""
    train, steps = experiment.train, schedule.epochs * count_steps(experiment, counts)
    choices = {
        "train.epochs": Choice(
            schedule.epochs,
            f"{schedule.epoch_seconds:.1f} s each, measured; {schedule.seconds / 60:.1f} minutes "
            "for all training",
        ),
        **_shorten_warmup("train", train.warmup_epochs, schedule.epochs),
    }
    momentum = max(0.0, round(min(train.ema_momentum, 1 - AVERAGED / steps), 3))
    if momentum < train.ema_momentum:
        choices["train.ema_momentum"] = Choice(momentum, f"for {steps:,} steps")
    if phase := experiment.head_phase:
        choices["head_phase.epochs"] = Choice(schedule.head, "only the head learns")
        choices |= _shorten_warmup("head_phase", phase.warmup_epochs, schedule.head)
    return choices


def _shorten_warmup(group: str, epochs: float, of: int) -> Choices:
    shorter = round(of / 4, 2)
    return {f"{group}.warmup_epochs": Choice(shorter)} if shorter < epochs else {}
