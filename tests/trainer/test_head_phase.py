"""The first phase: the head on a frozen backbone, and after a kill as if there had been none."""

from __future__ import annotations

from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.fakes import lite0 as narrow
from tests.fakes import tiny
from trainer import head_phase, models, training
from trainer.data import input_pipeline
from trainer.models.split import find_group
from trainer.phase_config import HeadPhaseConfig

PHASE = HeadPhaseConfig(epochs=3, learning_rate=1e-2, warmup_epochs=0.0, weight_decay=0.0)
TRAIN = replace(tiny.EXPERIMENT.train, epochs=2, layer_decay=0.7)
CLASSES = replace(
    tiny.EXPERIMENT, model=narrow.classifier(dropout=0.5), head_phase=PHASE, train=TRAIN
)
MASKS = replace(tiny.MASKS, model=narrow.unet(dropout=0.5), head_phase=PHASE)
VIEWS = replace(CLASSES, head_phase=replace(PHASE, augment=tiny.EXPERIMENT.augment))
EXPERIMENTS = {"whole-images": CLASSES, "views": VIEWS, "masks": MASKS}


@pytest.fixture(params=EXPERIMENTS)
def experiment(request):
    return EXPERIMENTS[request.param]


def build(experiment):
    keras.utils.set_random_seed(0)
    return models.build(experiment.model, tiny.statistics_of(experiment))


def files_of(folder, experiment):
    return head_phase.Files(*tiny.files(folder, experiment), tiny.statistics_of(experiment).labels)


def fit(model, folder, experiment):
    folders = training.Folders(str(folder / "checkpoints"), str(folder / "logs"))
    return head_phase.fit_head(model, files_of(folder, experiment), folders, experiment)


def test_only_the_head_changes(tmp_path, experiment):
    model = build(experiment)
    before = {variable.path: variable.numpy() for variable in model.weights}
    history = fit(model, tmp_path, experiment)

    assert len(history.history["val_loss"]) == 3
    groups = models.BACKBONES[experiment.model.name]
    changed = {v.path for v in model.weights if not np.array_equal(v.numpy(), before[v.path])}
    assert changed
    assert all(find_group(path.split("/")[0], groups) is None for path in changed)


def test_a_killed_phase_ends_as_an_undisturbed_one(tmp_path, experiment, monkeypatch):
    whole, resumed = build(experiment), build(experiment)
    history = fit(whole, tmp_path / "whole", experiment)
    with monkeypatch.context() as patch:
        patch.setattr(head_phase, "read_training", break_after(6))
        with pytest.raises(tf.errors.OpError):
            fit(build(experiment), tmp_path / "killed", experiment)
    rest = fit(resumed, tmp_path / "killed", experiment)

    assert rest.epoch == [1, 2]
    assert rest.history["val_loss"] == pytest.approx(history.history["val_loss"][1:], abs=1e-5)
    for one, other in zip(whole.get_weights(), resumed.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


def break_after(batches, read=head_phase.read_training):
    """Training data that cannot be read after some batches."""

    def broken(*args):
        whole = read(*args)

        def generate():
            yield from whole.take(batches)
            raise OSError("unplugged")

        return tf.data.Dataset.from_generator(generate, output_signature=whole.element_spec)

    return broken


def test_a_finished_phase_learns_nothing_again(tmp_path):
    first, again = build(CLASSES), build(CLASSES)
    fit(first, tmp_path, CLASSES)

    assert fit(again, tmp_path, CLASSES).epoch == []
    for one, other in zip(first.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_features_of_whole_images_are_computed_once(tmp_path, monkeypatch):
    read, passes = input_pipeline.decode_examples, []

    def count(*args):
        return read(*args).map(lambda *example: (tf.py_function(note, [], []), example)[1])

    def note():
        passes.append(1)

    monkeypatch.setattr(input_pipeline, "decode_examples", count)
    fit(build(CLASSES), tmp_path, CLASSES)
    assert len(passes) == 16 + 8


def test_the_second_phase_starts_from_the_first_ones_head(tmp_path):
    model = build(CLASSES)
    fit(model, tmp_path, CLASSES)
    head = model.get_layer("logits").get_weights()[0]
    train, val = tiny.datasets(tmp_path, CLASSES)
    slow = replace(CLASSES, train=replace(TRAIN, epochs=1, learning_rate=1e-9))
    tiny.fit(model, train, val, tmp_path, slow)

    np.testing.assert_allclose(model.get_layer("logits").get_weights()[0], head, atol=1e-5)


def test_the_size_of_features_is_counted():
    config = narrow.unet()
    features, _ = head_phase.split(build(MASKS), models.BACKBONES[config.name])
    outputs = features(
        {"image": np.zeros((1, 48, 48, 3), "float32"), "size": np.array([[48, 48]], "int32")}
    )

    assert head_phase.count_numbers(features, 48) == sum(np.size(found) for found in outputs)


@pytest.mark.parametrize(
    ("changed", "name"),
    [
        pytest.param({"head_phase": PHASE}, "head_phase", id="phase"),
        pytest.param({"train": TRAIN}, "train.layer_decay=0.7", id="decay"),
    ],
)
def test_a_model_without_a_backbone_has_one_phase(changed, name):
    with pytest.raises(ValueError, match=name):
        replace(tiny.EXPERIMENT, **changed)
