"""Images with a class and a box: from records to batches, through the loss, into a model."""

from __future__ import annotations

import math
from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.fakes import tiny, tiny_boxes
from tests.fakes.transformed import transform
from trainer import models, tasks
from trainer.data import input_pipeline, preprocessing
from trainer.learning import head_phase, training
from trainer.phase_config import HeadPhaseConfig
from trainer.tasks import box_losses

COUNT = 16
LABELS = tiny_boxes.LABELS
STATISTICS = replace(tiny.STATISTICS, labels=LABELS)
PLAIN = replace(tiny_boxes.EXPERIMENT.train, label_smoothing=0.0, box_weight=2.0)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    path = tmp_path_factory.mktemp("boxes") / "train.tfrecord"
    return [tiny_boxes.write_split(path, COUNT)]


def test_a_target_is_a_class_and_a_box(files):
    batches = input_pipeline.read_evaluation(files, LABELS, tiny_boxes.EXPERIMENT)

    targets = np.concatenate([target for _, target in batches.as_numpy_iterator()])

    expected = [[1 - n % 2, n % 2, *tiny_boxes.draw(n, LABELS[n % 2])[1]] for n in range(COUNT)]
    np.testing.assert_allclose(sorted(map(tuple, targets)), sorted(map(tuple, expected)), atol=1e-6)


def test_views_have_boxes_inside_them(files):
    batches = input_pipeline.read_training(files, LABELS, tiny_boxes.EXPERIMENT)

    for _, targets in batches.take(8).as_numpy_iterator():
        classes, box = box_losses.split(targets)
        assert (classes.sum(axis=1) == 1).all()
        assert ((box >= 0) & (box <= 1)).all()
        assert (box[:, 2:] > box[:, :2]).all()


def test_the_loss_is_cross_entropy_and_the_weighted_giou_loss():
    target = tf.constant([[1.0, 0.0, 0.0, 0.0, 0.4, 0.4]])
    logits = tf.constant([[math.log(3.0), 0.0, 0.0, 0.2, 0.4, 0.6]])  # 3/4 for the class, IoU 1/3.

    found = box_losses.BoxLoss(PLAIN)(target, logits)

    assert float(found) == pytest.approx(-math.log(0.75) + 2.0 * (1 - 1 / 3), abs=1e-5)


def test_the_metrics_of_training_are_accuracy_and_iou():
    target = tf.constant([[1.0, 0.0, 0.0, 0.0, 0.4, 0.4]] * 2)
    logits = tf.constant([[1.0, 0.0, 0.0, 0.2, 0.4, 0.6], [0.0, 1.0, 0.0, 0.0, 0.4, 0.4]])

    found = {m.name: m for m in tasks.TASKS["boxes"].build_metrics(2)}
    for metric in found.values():
        metric.update_state(target, logits)

    assert float(found["accuracy"].result()) == 0.5
    assert float(found["box_iou"].result()) == pytest.approx(2 / 3)


def test_answers_are_probabilities_and_a_box_inside_the_image():
    found = tasks.TASKS["boxes"].activate(tf.constant([[0.0, 0.0, -0.2, 0.1, 0.8, 1.2]]))

    np.testing.assert_allclose(found, [[0.5, 0.5, 0.0, 0.1, 0.8, 1.0]], atol=1e-6)


@pytest.mark.parametrize(
    "experiment", [tiny_boxes.EXPERIMENT, tiny_boxes.LITE0], ids=["fcn", "lite0"]
)
def test_a_step_of_training_changes_every_weight(files, experiment):
    keras.utils.set_random_seed(0)
    model = models.build(experiment.model, STATISTICS)
    training.compile_model(model, 4, experiment)
    ((inputs, targets),) = input_pipeline.read_training(files, LABELS, experiment).take(1)
    with tf.GradientTape() as tape:
        loss = box_losses.BoxLoss(PLAIN)(targets, model(inputs, training=True))

    gradients = tape.gradient(loss, model.trainable_weights)
    assert math.isfinite(float(loss))
    assert all(gradient is not None for gradient in gradients)
    assert all(np.isfinite(gradient).all() for gradient in gradients)


def test_training_lowers_the_loss(files, tmp_path):
    keras.utils.set_random_seed(0)
    experiment = tiny.with_values("train.epochs=12", of=tiny_boxes.EXPERIMENT)
    model = models.build(experiment.model, STATISTICS)
    data = training.Datasets(
        train_from=lambda first: input_pipeline.read_training(
            files, LABELS, experiment, first_batch=first
        ),
        val=input_pipeline.read_evaluation(files, LABELS, experiment),
        steps_per_epoch=4,
    )

    history = training.fit(model, data, training.Folders(*[str(tmp_path)] * 2), experiment)

    assert history.history["val_loss"][-1] < history.history["val_loss"][0]
    assert {"accuracy", "box_iou"} <= history.history.keys()


def test_both_heads_learn_on_features_of_a_frozen_backbone(files, tmp_path):
    phase = HeadPhaseConfig(epochs=1, learning_rate=1e-2, warmup_epochs=0.0, weight_decay=0.0)
    experiment = replace(tiny_boxes.LITE0, head_phase=phase)
    model = models.build(experiment.model, STATISTICS)
    before = {w.path: w.numpy() for w in model.weights}

    folders = training.Folders(*[str(tmp_path)] * 2)
    head_phase.fit_head(model, head_phase.Files(files, files, LABELS), folders, experiment)

    changed = {w.path.split("/")[0] for w in model.weights if (w.numpy() != before[w.path]).any()}
    assert changed == {"box_hidden", "box_votes", "scores"}


def test_transforms_statistics_have_the_mean_box(files, tmp_path):
    graph = transform(files[0], tmp_path / "graph", tiny_boxes.EXPERIMENT)

    found = preprocessing.read_boxes(graph)

    boxes = [tiny_boxes.draw(n, LABELS[n % 2])[1] for n in range(COUNT)]
    np.testing.assert_allclose(found.mean_box, np.mean(boxes, axis=0), rtol=1e-5)
    assert found.labels == LABELS
