"""Resuming after a kill: what is saved, and that the result is that of an uninterrupted run."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from tests.fakes import tiny
from tests.fakes.broken_data import broken
from trainer import models
from trainer.learning import training
from trainer.learning.checkpoints import Checkpoints, remove_checkpoints

STEPS = 50
EXPERIMENT = tiny.with_values("train.epochs=10", "train.warmup_epochs=2.0")
CLASSES = tiny.with_values("train.epochs=3", "augment.mixup=0.5", "model.dropout=0.5")
MASKS = tiny.with_values("train.epochs=3", "augment.paste=0.5", "model.dropout=0.5", of=tiny.MASKS)


def test_a_loss_that_is_no_number_stops_the_training(tmp_path):
    with pytest.raises(
        FloatingPointError, match=r"epoch 1 is (nan|inf): lower train.learning_rate"
    ):
        keeper(tmp_path).on_epoch_end(0, {"val_loss": float("nan")})


def keeper(folder):
    model = tiny.model_of()
    training.compile_model(model, STEPS, EXPERIMENT)
    return Checkpoints(model, str(folder))


def test_a_fresh_folder_starts_at_the_first_epoch(tmp_path):
    assert keeper(tmp_path).epoch == 0


def test_weights_optimizer_and_epoch_come_back(tmp_path):
    first = keeper(tmp_path)
    tiny.with_random_weights(first.model, seed=5)
    first.model.optimizer.iterations.assign(77)
    first.model.optimizer.variables[-1].assign(first.model.optimizer.variables[-1] + 2.5)
    first.on_epoch_begin(4)
    second = keeper(tmp_path)

    assert second.epoch == 4
    assert int(second.model.optimizer.iterations) == 77
    for kind in (lambda model: model.weights, lambda model: model.optimizer.variables):
        for one, other in zip(kind(first.model), kind(second.model), strict=True):
            np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    ("experiment", "batches"),
    [(CLASSES, 6), (MASKS, 8)],
    ids=["classes-within-an-epoch", "masks-between-epochs"],
)
def test_a_resumed_training_ends_as_an_undisturbed_one(tmp_path, experiment, batches):
    for name in ("whole", "broken"):
        (tmp_path / name).mkdir()
    expected, history = tiny.train(tmp_path / "whole", experiment)
    with pytest.raises(tf.errors.OpError):
        tiny.train(tmp_path / "broken", experiment, change=lambda train: broken(train, batches))
    resumed, rest = tiny.train(tmp_path / "broken", experiment)

    assert rest.epoch[0] == batches // tiny.STEPS
    losses = history.history["val_loss"][rest.epoch[0] :]
    assert rest.history["val_loss"] == pytest.approx(losses, abs=1e-5)
    for one, other in zip(expected.get_weights(), resumed.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


KILLED = """
import sys
sys.path[:0] = {path}
import pathlib
from tests.fakes import tiny
tiny.train(pathlib.Path({folder}), tiny.with_values("train.epochs=5000"))
"""


def test_a_killed_training_goes_on_after_its_last_finished_epoch(tmp_path):
    kill_after_an_epoch(tmp_path)
    finished = keeper(tmp_path / "checkpoints").epoch
    model, history = tiny.train(tmp_path, tiny.with_values(f"train.epochs={finished + 2}"))

    assert finished >= 1
    assert history.epoch == [finished, finished + 1]
    assert int(model.optimizer.iterations) == (finished + 2) * tiny.STEPS


def kill_after_an_epoch(folder):
    """Trains in another process, and kills it as soon as its second epoch has begun."""
    root = Path(__file__).parents[3]
    code = KILLED.format(path=[str(root)], folder=repr(str(folder)))
    state = folder / "checkpoints" / "checkpoint"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.DEVNULL) as process:
        while not (state.exists() and "ckpt-1" not in state.read_text().splitlines()[0]):
            assert process.poll() is None, "It ended before it was killed."
            time.sleep(0.05)
        process.kill()


@pytest.mark.parametrize("pattern", ["checkpoint", "*.index", "*.data-*"])
@pytest.mark.parametrize("content", [b"", b"garbage"], ids=["empty", "garbage"])
def test_a_checkpoint_that_cannot_be_read_counts_as_none(tmp_path, caplog, pattern, content):
    first = keeper(tmp_path)
    first.model.optimizer.iterations.assign(77)
    first.on_epoch_begin(4)
    spoil(tmp_path, pattern, content)
    second = keeper(tmp_path)

    assert (second.epoch, int(second.model.optimizer.iterations)) == (0, 0)
    assert str(tmp_path) in caplog.text


def test_a_checkpoint_of_another_model_counts_as_none(tmp_path, caplog):
    keeper(tmp_path).on_epoch_begin(4)
    wider = models.build(tiny.with_values("model.widths=[16,16]").model, tiny.STATISTICS)
    training.compile_model(wider, STEPS, EXPERIMENT)

    assert Checkpoints(wider, str(tmp_path)).epoch == 0
    assert str(tmp_path) in caplog.text


def spoil(folder, pattern, content):
    (file,) = folder.glob(pattern)
    file.write_bytes(content)


def test_removed_checkpoints_leave_nothing_not_even_what_a_kill_left(tmp_path):
    for name in ("abc", ".removed-0123-abc", "def", ".removed-4567-def"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "checkpoint").write_text("")
    remove_checkpoints(f"{tmp_path}/abc")

    assert sorted(path.name for path in tmp_path.iterdir()) == [".removed-4567-def", "def"]
