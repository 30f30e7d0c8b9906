"""How many epochs fit a time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.init import budget, choices
from pipeline.init.budget import Costs, Counts
from trainer import configs

IMAGES = configs.load("images")
BATCH = IMAGES.train.batch_size
SCRATCH = configs.load("images-scratch")
COUNTS = Counts(train=100 * BATCH, val=50)


def test_training_takes_no_longer_than_the_time():
    costs = Costs(step=0.5, image=0.1, head_step=0.01)

    schedule = budget.plan_epochs(IMAGES, costs, COUNTS, 600)

    assert schedule.epoch_seconds == pytest.approx(100 * 0.5 + 50 * 0.1)
    assert 600 - schedule.epoch_seconds < schedule.seconds <= 600


def test_with_much_time_the_usual_epochs_are_enough():
    schedule = budget.plan_epochs(IMAGES, Costs(1e-3, 1e-3, 1e-3), COUNTS, 3600)

    assert schedule.epochs == IMAGES.train.epochs
    assert schedule.head == IMAGES.head_phase.epochs
    assert schedule.is_enough(IMAGES)


def test_a_small_folder_gets_more_epochs():
    few = Counts(train=2 * BATCH, val=4)

    schedule = budget.plan_epochs(IMAGES, Costs(1e-3, 1e-3, 1e-3), few, 3600)

    assert schedule.epochs == budget.FEWEST_STEPS // 2


def test_without_time_each_phase_has_one_epoch_and_that_is_not_enough():
    schedule = budget.plan_epochs(IMAGES, Costs(1.0, 1.0, 1.0), COUNTS, 1)

    assert (schedule.head, schedule.epochs) == (1, 1)
    assert not schedule.is_enough(IMAGES)


def test_the_head_takes_at_most_a_third_of_the_time():
    costs = Costs(step=0.1, image=1e-3, head_step=0.1)

    schedule = budget.plan_epochs(IMAGES, costs, COUNTS, 300)

    features = 1e-3 * sum(COUNTS)
    assert features + schedule.head * 101 * 0.1 <= 100
    assert schedule.head > 1


def test_without_a_first_phase_all_time_is_for_all_weights():
    schedule = budget.plan_epochs(SCRATCH, Costs(0.1, 0.0), Counts(10 * 32, 1), 50)

    assert (schedule.head, schedule.epochs) == (0, 50)


def test_short_training_has_a_shorter_warm_up_and_average():
    counts = Counts(10 * 32, 1)
    schedule = budget.plan_epochs(SCRATCH, Costs(0.1, 0.0), counts, 4)
    chosen = budget.choose_epochs(SCRATCH, schedule, counts)

    train = choices.apply(SCRATCH, chosen).train

    assert (train.epochs, train.warmup_epochs, train.ema_momentum) == (4, 1.0, 0.75)


def test_long_training_keeps_the_warm_up_and_average_of_the_base():
    schedule = budget.plan_epochs(SCRATCH, Costs(1e-3, 0.0), COUNTS, 3600)
    chosen = budget.choose_epochs(SCRATCH, schedule, COUNTS)

    assert choices.apply(SCRATCH, chosen) == replace(SCRATCH)
