"""Training on two devices, in a process that has them, and the rule that scales a recipe."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.fakes import lite0, tiny
from trainer.learning import devices
from trainer.phase_config import HeadPhaseConfig

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def losses(tmp_path_factory):
    """By kind of training: training and validation losses with one device, and with two."""
    folder = tmp_path_factory.mktemp("two")
    command = [sys.executable, "-m", "tests.fakes.two_devices", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, timeout=600)
    return json.loads((folder / "losses.json").read_text())


@pytest.mark.parametrize("kind", ["masks", "float16", "head"])
def test_two_devices_have_the_losses_of_one(losses, kind):
    one, two = losses[kind]

    assert len(one) == 4
    assert two == pytest.approx(one, abs=1e-3)


def test_training_that_was_killed_resumes_on_two_devices(losses):
    (_, loss, _, val_loss), resumed = losses["resumed"]

    assert resumed == pytest.approx([loss, val_loss], abs=1e-5)


@pytest.mark.parametrize(
    ("optimizer", "rate"),
    [
        pytest.param("sgd", 4e-3, id="in-proportion"),
        pytest.param("adamw", 2e-3, id="square-root"),
    ],
)
def test_rates_and_averages_fit_the_larger_batch(optimizer, rate):
    recipe = tiny.with_values(f"train.optimizer={optimizer}")
    scaled = devices.scale_recipe(recipe, 4).train

    assert (scaled.batch_size, scaled.learning_rate) == (16, pytest.approx(rate))
    assert scaled.ema_momentum == pytest.approx(0.9**4)


def test_the_first_phase_is_scaled_by_its_own_optimizer():
    head = HeadPhaseConfig(
        epochs=1, learning_rate=0.1, warmup_epochs=0.0, weight_decay=0.0, optimizer="sgd"
    )
    recipe = replace(tiny.EXPERIMENT, model=lite0.classifier(), head_phase=head)
    scaled = devices.scale_recipe(recipe, 4)

    assert scaled.head_phase.learning_rate == pytest.approx(0.4)
    assert scaled.train.learning_rate == pytest.approx(2e-3)


def test_the_line_names_what_changes():
    recipe = tiny.EXPERIMENT
    line = devices.describe_scaling(recipe, devices.scale_recipe(recipe, 4), ["a", "b", "c", "d"])

    for part in ("4 devices", "4 -> 16", "0.001 -> 0.002", "adamw"):
        assert part in line
