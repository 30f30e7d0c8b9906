"""Chooses sizes, batch size and epochs: the largest sides at which enough epochs fit the time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import tensorflow as tf

from pipeline.init import budget, choices, measurement, sizes
from pipeline.init.budget import Costs, Counts, Schedule
from pipeline.init.choices import Choice, Choices
from pipeline.init.ingestion import Ingested
from pipeline.init.measurement import Images
from serving.server import memory_budget
from serving.terminal import say
from trainer.config import Experiment

SHARES = (1.0, 0.75, 0.5)  # Of the usual sides: smaller ones are tried if the time is short.
BATCH_SIZE = "train.batch_size"


class Trial(NamedTuple):
    """Sizes, and the epochs that fit the time with them."""

    choices: Choices
    experiment: Experiment
    schedule: Schedule


@dataclass(frozen=True)
class Search:
    """The search for values with which training fits a time."""

    experiment: Experiment  # With the folder's values, and the user's own.
    ingested: Ingested
    given: frozenset[str]  # The names of the user's own values: no choice replaces them.
    seconds: float  # For training.

    def choose(self) -> Choices:
        """Sizes, batch size and epochs."""
        for share in SHARES:
            trial = self._try(share)
            if trial.schedule.is_enough(self.experiment):
                break
        if trial.schedule.seconds > self.seconds:
            say("One epoch of each phase takes longer than the time for training.")
        epochs = budget.choose_epochs(trial.experiment, trial.schedule, self._counts)
        return self._drop_given({**trial.choices, **epochs})

    def _try(self, share: float) -> Trial:
        sides = sizes.choose_sizes(self.experiment, self.ingested.summary, share)
        chosen = self._drop_given(sides)
        sized = choices.apply(self.experiment, chosen)
        chosen |= self._drop_given({BATCH_SIZE: self._choose_batch_size(sized)})
        candidate = choices.apply(self.experiment, chosen)
        say(f"Measuring {candidate.model.name} at {candidate.augment.side} pixels ...")
        batch_size, costs = self._measure(candidate)
        if batch_size != candidate.train.batch_size:
            chosen[BATCH_SIZE] = Choice(batch_size, "a larger one does not fit the device")
            candidate = choices.apply(self.experiment, chosen)
        schedule = budget.plan_epochs(candidate, costs, self._counts, self.seconds)
        return Trial(chosen, candidate, schedule)

    def _choose_batch_size(self, sized: Experiment) -> Choice:
        return sizes.choose_batch_size(
            sized.train.batch_size,
            images=self._counts.train,
            bytes_of_image=measurement.count_bytes(self._images.labels, sized),
            memory=memory_budget.find_memory(),
        )

    def _measure(self, candidate: Experiment) -> tuple[int, Costs]:
        """The batch size that the device's memory can take, and the costs with it."""
        while True:
            size = candidate.train.batch_size
            try:
                return size, measurement.measure(self._images, candidate)
            except tf.errors.ResourceExhaustedError:
                if size == 1 or BATCH_SIZE in self.given:
                    raise
            candidate = choices.apply(candidate, {BATCH_SIZE: Choice(size // 2)})

    def _drop_given(self, chosen: Choices) -> Choices:
        return {name: choice for name, choice in chosen.items() if name not in self.given}

    @property
    def _counts(self) -> Counts:
        examples = self.ingested.summary.examples
        return Counts(examples["train"], examples["val"])

    @property
    def _images(self) -> Images:
        return Images(self.ingested.find_files("train"), self.experiment.data.classes)
