"""Optimizers, schedules, and rates by layer."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import keras
import numpy as np
import pytest

from tests.fakes import lite0 as narrow
from tests.fakes import tiny
from trainer import models
from trainer.learning.optimizers import Schedule, build_optimizer, list_factors
from trainer.phase_config import PhaseConfig

STEPS = 10
SGD = {"optimizer": "sgd", "momentum": 0.5, "nesterov": True}
NADAM = {"optimizer": "nadam"}


def phase(**values) -> PhaseConfig:
    common = {"epochs": 5, "learning_rate": 0.1, "warmup_epochs": 1.0, "weight_decay": 0.0}
    return PhaseConfig(**{**common, **values})


SMALL_RATE = phase(learning_rate=1e-3, warmup_epochs=0.0)


@pytest.mark.parametrize(
    ("schedule", "step", "share"),
    [
        pytest.param("cosine", 5, 0.5, id="half-of-the-warm-up"),
        pytest.param("cosine", 30, 0.5, id="half-of-the-cosine"),
        pytest.param("linear", 20, 0.75, id="quarter-of-the-line"),
        pytest.param("linear", 99, 0.0, id="after-the-line"),
        pytest.param("constant", 50, 1.0, id="constant"),
    ],
)
def test_schedules_rise_and_fall(schedule, step, share):
    assert float(Schedule(phase(schedule=schedule), STEPS)(step)) == pytest.approx(0.1 * share)


def test_without_a_warm_up_the_first_step_has_the_peak():
    assert float(Schedule(phase(warmup_epochs=0.0), STEPS)(0)) == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        pytest.param({}, keras.optimizers.AdamW, id="adamw"),
        pytest.param(SGD, keras.optimizers.SGD, id="sgd"),
        pytest.param(NADAM, keras.optimizers.Nadam, id="nadam"),
    ],
)
def test_the_optimizer_is_the_one_named(values, kind):
    optimizer = build_optimizer(phase(weight_decay=0.3, **values), STEPS, 0.9)

    assert isinstance(optimizer, kind)
    assert (optimizer.step_decay, optimizer.ema_momentum) == (0.3, 0.9)


def test_sgd_has_its_momentum():
    optimizer = build_optimizer(phase(**SGD), STEPS, 0.9)

    assert (optimizer.momentum, optimizer.nesterov) == (0.5, True)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        pytest.param({}, keras.optimizers.AdamW, id="adamw"),
        pytest.param(SGD, partial(keras.optimizers.SGD, momentum=0.5, nesterov=True), id="sgd"),
        pytest.param(NADAM, keras.optimizers.Nadam, id="nadam"),
    ],
)
@pytest.mark.parametrize("factors", [(), (1.0, 1.0)], ids=["no-factors", "equal-factors"])
@pytest.mark.parametrize("decay", [0.2, 0.0])
def test_weights_change_as_with_the_keras_optimizer(values, kind, factors, decay):
    options = {"weight_decay": decay, "global_clipnorm": 1.0}
    plain = step_twice(kind(Schedule(SMALL_RATE, STEPS), **options))

    np.testing.assert_allclose(step_twice(build(values, factors, decay)), plain, rtol=1e-6)


@pytest.mark.parametrize("values", [{}, SGD, NADAM], ids=["adamw", "sgd", "nadam"])
def test_a_factor_scales_the_change_of_its_variable(values):
    full, halved = (step_twice(build(values, factors)) - 1 for factors in ((), (1.0, 0.5)))

    np.testing.assert_allclose(halved, full * [1, 0.5], rtol=2e-2)


def build(values, factors, decay=0.2):
    return build_optimizer(replace(SMALL_RATE, weight_decay=decay, **values), STEPS, 0.9, factors)


def step_twice(optimizer):
    """Two variables that start at 1, after two steps with a small rate."""
    variables = [keras.Variable(1.0), keras.Variable(1.0)]
    optimizer.build(variables)
    for _ in range(2):
        optimizer.apply(
            [keras.ops.convert_to_tensor(0.3), keras.ops.convert_to_tensor(0.3)], variables
        )
    return np.array([float(variable) for variable in variables])


def test_rates_fall_from_the_head_to_the_image():
    model = models.build(narrow.classifier(), tiny.STATISTICS)
    factors = list_factors(model, models.BACKBONES["lite0"], 0.5)
    by_layer = {
        variable.path.split("/")[0]: factor
        for variable, factor in zip(model.trainable_variables, factors, strict=True)
    }

    assert [by_layer[n] for n in ("logits", "top_conv", "block15_expand")] == [1, 0.5, 0.25]
    assert by_layer["stem_conv"] == 0.5**18
    assert by_layer["block3_expand"] == by_layer["block3_project"]


def test_without_a_decay_there_are_no_factors():
    model = models.build(narrow.classifier(), tiny.STATISTICS)

    assert list_factors(model, models.BACKBONES["lite0"], 1.0) == []
