"""MaskReading Keras's logs: after a kill, truncated, and missing."""

from __future__ import annotations

from pathlib import Path

import pytest
import tensorflow as tf

from components.report import training_log
from tests.fakes import tiny


def write(folder, values, *, first=0):
    """One file of the losses of some epochs."""
    with tf.summary.create_file_writer(str(folder)).as_default():
        for epoch, value in enumerate(values, start=first):
            tf.summary.scalar("epoch_loss", value, epoch)
            tf.summary.scalar("batch_steps_per_second", 3.0, epoch)


def test_what_keras_wrote_is_read(tmp_path):
    _, history = tiny.train(tmp_path, tiny.with_values("train.epochs=2"))
    log = training_log.read(str(tmp_path / "logs"))

    for part, prefix in (("train", ""), ("validation", "val_")):
        for metric in ("loss", "accuracy"):
            assert list(log[metric][part].values()) == pytest.approx(
                history.history[prefix + metric], abs=1e-5
            )
            assert list(log[metric][part]) == [1, 2]


def test_after_a_resumed_training_the_later_value_counts(tmp_path):
    write(tmp_path / "validation", [3.0, 2.0, 9.0])
    write(tmp_path / "validation", [1.0, 1.5], first=2)
    log = training_log.read(str(tmp_path))

    assert log["loss"]["validation"] == {1: 3.0, 2: 2.0, 3: 1.0, 4: 1.5}
    assert set(log) == {"loss"}


def test_the_best_epoch_has_the_least_validation_loss(tmp_path):
    write(tmp_path / "validation", [3.0, 1.0, 2.0])

    assert training_log.find_best_epoch(training_log.read(str(tmp_path))) == 2


def test_a_truncated_file_is_read_up_to_its_end(tmp_path):
    write(tmp_path / "train", [3.0, 2.0])
    file = next(Path(tmp_path, "train").iterdir())
    file.write_bytes(file.read_bytes()[:-5])

    assert training_log.read(str(tmp_path))["loss"]["train"] == {1: 3.0, 2: 2.0}


def test_without_logs_there_are_no_curves(tmp_path):
    assert training_log.read(str(tmp_path)) == {}
    assert training_log.find_best_epoch({}) is None
