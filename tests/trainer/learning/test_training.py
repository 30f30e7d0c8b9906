"""Learning: the schedule, the averaged weights and the best epoch."""

from __future__ import annotations

import io
import re
from contextlib import redirect_stdout

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.fakes import tiny, tiny_boxes
from trainer import models
from trainer.data import input_pipeline
from trainer.learning import training

EXPERIMENT = tiny.with_values("train.epochs=10", "train.warmup_epochs=2.0")
STEPS = 50


@pytest.fixture(scope="module")
def compiled():
    model = tiny.model_of()
    training.compile_model(model, STEPS, EXPERIMENT)
    return model


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Three epochs: the folder, the model, its history, and what was printed."""
    folder, printed = tmp_path_factory.mktemp("trained"), io.StringIO()
    with redirect_stdout(printed):
        model, history = tiny.train(folder, tiny.with_values("train.epochs=3"))
    return folder, model, history, printed.getvalue()


@pytest.mark.parametrize(
    ("step", "share"),
    [
        pytest.param(0, 0.0, id="start"),
        pytest.param(50, 0.5, id="half-of-the-warm-up"),
        pytest.param(100, 1.0, id="peak"),
        pytest.param(300, 0.5, id="half-of-the-cosine"),
        pytest.param(200, (1 + np.cos(np.pi / 4)) / 2, id="quarter-of-the-cosine"),
        pytest.param(500, 0.0, id="end"),
    ],
)
def test_the_learning_rate_rises_in_a_line_and_falls_in_a_cosine(compiled, step, share):
    schedule = compiled.optimizer._learning_rate  # `learning_rate` gives the value of this step.

    assert float(schedule(step)) == pytest.approx(share * EXPERIMENT.train.learning_rate, abs=1e-7)


def test_the_rest_of_the_optimizer_is_the_experiments(compiled):
    optimizer = compiled.optimizer

    assert isinstance(optimizer, keras.optimizers.AdamW)
    assert (optimizer.step_decay, optimizer.ema_momentum) == (0.01, 0.9)


@pytest.mark.parametrize(
    ("experiment", "write"),
    [
        pytest.param(tiny.EXPERIMENT, tiny.write_split, id="classes"),
        pytest.param(tiny.MASKS, tiny.write_pairs, id="masks"),
        pytest.param(tiny_boxes.EXPERIMENT, tiny_boxes.write_split, id="boxes"),
    ],
)
def test_tensorflow_builds_a_step_once(experiment, write, tmp_path, monkeypatch):
    statistics, built = tiny.statistics_of(experiment), []
    files = [write(tmp_path / "train.tfrecord", experiment.train.batch_size)]
    model = models.build(experiment.model, statistics)
    training.compile_model(model, STEPS, experiment)
    step = model.train_step
    monkeypatch.setattr(model, "train_step", lambda data: built.append(data) or step(data))

    batches = input_pipeline.read_training(files, statistics.labels, experiment)
    model.fit(batches, steps_per_epoch=2, verbose=0)

    assert len(built) == 1


def test_labels_are_smoothed(compiled):
    loss = compiled.loss(np.array([[1.0, 0.0]]), np.array([[2.0, 0.0]]))
    odds = np.log([1 / (1 + np.exp(-2)), 1 / (1 + np.exp(2))])

    assert float(loss) == pytest.approx(-(0.95 * odds[0] + 0.05 * odds[1]), abs=1e-5)


def test_each_epoch_prints_a_line_and_no_bar_to_a_log(trained):
    *_, printed = trained

    assert len(re.findall(r"val_loss: ", printed)) == 3
    assert "\b" not in printed
    assert "\r" not in printed


def test_tensorboard_gets_each_epoch(trained):
    folder, *_ = trained

    assert list((folder / "logs" / "train").glob("events.*"))
    assert list((folder / "logs" / "validation").glob("events.*"))


def test_the_model_ends_with_the_weights_of_the_best_epoch(trained):
    folder, model, history, _ = trained
    _, val = tiny.datasets(folder, tiny.EXPERIMENT)

    assert len(history.history["val_loss"]) == 3
    loss = model.evaluate(val, verbose=0)[0]
    assert loss == pytest.approx(min(history.history["val_loss"]), abs=1e-5)


def test_the_weights_of_a_better_epoch_come_back(tmp_path):
    """A learning rate that is far too high: later epochs are worse."""
    values = ("train.epochs=4", "train.learning_rate=3.0", "train.warmup_epochs=2.0")
    model, history = tiny.train(tmp_path, tiny.with_values(*values))
    losses = history.history["val_loss"]

    assert np.argmin(losses) < 3
    _, val = tiny.datasets(tmp_path, tiny.EXPERIMENT)
    loss = model.evaluate(val, verbose=0)[0]
    assert loss == pytest.approx(min(losses), rel=1e-4)


def test_one_seed_gives_the_same_weights_twice(trained, tmp_path):
    _, first, *_ = trained
    second, _ = tiny.train(tmp_path, tiny.with_values("train.epochs=3"))

    for one, other in zip(first.get_weights(), second.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_finished_training_learns_nothing_again(trained):
    folder, before, *_ = trained
    again, history = tiny.train(folder, tiny.with_values("train.epochs=3"))

    assert history.epoch == []
    for one, other in zip(before.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.fixture(scope="module")
def watched(tmp_path_factory):
    """Three epochs: the model, its history, and its weights at each step and each validation."""
    folder, experiment = tmp_path_factory.mktemp("watched"), tiny.with_values("train.epochs=3")
    model = models.build(experiment.model, tiny.STATISTICS)
    train, val = tiny.datasets(folder, experiment)
    at_steps, at_validations = [], []
    history = tiny.fit(
        model,
        lambda first: recorded(model, train(first), at_steps),
        recorded(model, val.take(1), at_validations),
        folder,
        experiment,
    )
    return model, history, at_steps, at_validations


def recorded(model, dataset, into):
    """The dataset, of which each batch that is read puts the weights of that moment into a list."""

    def batches():
        for batch in dataset:
            into.append(model.get_weights())
            yield batch

    options = tf.data.Options()
    options.autotune.enabled = False  # Nothing is read ahead.
    read = tf.data.Dataset.from_generator(batches, output_signature=dataset.element_spec)
    return read.with_options(options)


def moving_average(at_steps, momentum):
    """The average after the last of the steps, each given by the weights before it."""
    average = at_steps[1]
    for weights in at_steps[2:]:
        average = [momentum * a + (1 - momentum) * w for a, w in zip(average, weights, strict=True)]
    return average


@pytest.mark.parametrize("epoch", [0, 1])
def test_validation_sees_the_average_of_the_trained_weights(watched, epoch):
    _, _, at_steps, at_validations = watched
    average = moving_average(at_steps[: (epoch + 1) * tiny.STEPS + 1], 0.9)

    assert len(at_steps) == 3 * tiny.STEPS
    assert np.abs(at_validations[0][0] - at_steps[tiny.STEPS][0]).max() > 1e-4
    for seen, expected in zip(at_validations[epoch], average, strict=True):
        np.testing.assert_allclose(seen, expected, atol=1e-5)


def test_the_best_weights_are_the_average_that_validation_saw(watched):
    model, history, _, at_validations = watched
    best = at_validations[np.argmin(history.history["val_loss"])]

    for kept, seen in zip(model.get_weights(), best, strict=True):
        np.testing.assert_allclose(kept, seen, atol=1e-5)
