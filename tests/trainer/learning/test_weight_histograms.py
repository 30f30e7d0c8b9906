"""Histograms of weights in TensorBoard's log."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from components.report import training_log
from tests.fakes import tiny


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Three epochs, of which every second one is logged: the folder, and the model."""
    folder = tmp_path_factory.mktemp("trained")
    values = ("train.epochs=3", "train.histogram_epochs=2")
    model, _ = tiny.train(folder, tiny.with_values(*values))
    return folder, model


@pytest.fixture(scope="module")
def histograms(trained):
    """By tag and epoch: the buckets [N, 3] of left end, right end and count."""
    folder, _ = trained
    return {
        (value.tag, event.step): tf.make_ndarray(value.tensor)
        for event in training_log.read_events(f"{folder}/logs/weights")
        for value in event.summary.value
    }


def test_each_weight_has_histograms_of_its_own_every_second_epoch(trained, histograms):
    _, model = trained
    paths = {weight.path for weight in model.weights}

    assert len(paths) == len(model.weights)
    assert set(histograms) == {(path, epoch) for path in paths for epoch in (0, 2)}


def test_a_histogram_counts_all_values_of_its_weight(trained, histograms):
    _, model = trained

    for weight in model.weights:
        buckets = histograms[weight.path, 0]
        assert buckets[:, 2].sum() == np.prod(weight.shape)


def test_the_curves_of_the_report_do_not_read_them(trained):
    folder, _ = trained

    assert set(training_log.read(f"{folder}/logs")["loss"]["train"]) == {1, 2, 3}


def test_without_them_there_are_scalars_only(tmp_path):
    tiny.train(tmp_path, tiny.EXPERIMENT)

    assert sorted(path.name for path in (tmp_path / "logs").iterdir()) == ["train", "validation"]
