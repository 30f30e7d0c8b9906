"""Both phases of transfer learning on networks of keras.applications."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import tensorflow as tf

from tests.fakes import applications, segmenters, tiny
from tests.fakes.images.padded import batch_of
from trainer import models
from trainer.learning import head_phase, training
from trainer.learning.optimizers import list_factors
from trainer.models.split import find_group
from trainer.phase_config import HeadPhaseConfig

CONFIG = applications.classifier()
GROUPS = models.BACKBONES[CONFIG.name]


def test_in_the_first_phase_only_the_head_learns(tmp_path):
    phase = HeadPhaseConfig(epochs=1, learning_rate=1e-2, warmup_epochs=0.0, weight_decay=0.0)
    experiment = replace(tiny.EXPERIMENT, model=CONFIG, head_phase=phase)
    model = segmenters.build(CONFIG, tiny.STATISTICS)
    before = {weight.path: weight.numpy() for weight in model.weights}
    files = head_phase.Files(*tiny.files(tmp_path, experiment), tiny.LABELS)
    folders = training.Folders(str(tmp_path / "checkpoints"), str(tmp_path / "logs"))
    head_phase.fit_head(model, files, folders, experiment)

    changed = {w.path for w in model.weights if not np.array_equal(before[w.path], w.numpy())}
    assert {path.split("/")[0] for path in changed} == {"logits"}


@pytest.mark.parametrize("batch_norm", ["frozen", "trained"])
def test_in_the_second_phase_each_group_learns(batch_norm):
    model = segmenters.build(replace(CONFIG, batch_norm=batch_norm), tiny.STATISTICS)
    inputs = batch_of([tiny.pixels(40, 33), tiny.pixels(16, 64)])
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(model(inputs, training=True) * [1.0, -1.0])
    variables = model.trainable_variables
    gradients = tape.gradient(loss, [variable.value for variable in variables])

    paths = [v.path for v, g in zip(variables, gradients, strict=True) if np.any(g)]
    assert {find_group(path.split("/")[0], GROUPS) for path in paths} == {None, *range(len(GROUPS))}


def test_rates_fall_from_the_head_to_the_image():
    model = segmenters.build(CONFIG, tiny.STATISTICS)
    factors = list_factors(model, GROUPS, 0.5)
    layers = [variable.path.split("/")[0] for variable in model.trainable_variables]
    named = dict(zip(layers, factors, strict=True))

    assert [named[n] for n in ("logits", "Conv_1", "block_16_project")] == [1, 0.5, 0.25]
    assert named["Conv1"] == 0.5 ** len(GROUPS)
