"""The first phase: the head on a frozen backbone, and after a kill as if there had been none."""

from __future__ import annotations

from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.fakes import lite0 as narrow
from tests.fakes import segmenters, tiny
from trainer import models
from trainer.data import input_pipeline
from trainer.learning import head_phase, training
from trainer.models.split import find_group
from trainer.phase_config import HeadPhaseConfig

PHASE = HeadPhaseConfig(epochs=3, learning_rate=1e-2, warmup_epochs=0.0, weight_decay=0.0)
TRAIN = replace(tiny.EXPERIMENT.train, epochs=2, layer_decay=0.7)
CLASSES = replace(
    tiny.EXPERIMENT, model=narrow.classifier(dropout=0.5), head_phase=PHASE, train=TRAIN
)
MASKS = replace(tiny.MASKS, model=narrow.unet(dropout=0.5), head_phase=PHASE)
VIEWS = replace(CLASSES, head_phase=replace(PHASE, augment=tiny.EXPERIMENT.augment))
VGG = replace(
    tiny.MASKS,
    model=segmenters.vgg("fcn32s"),
    head_phase=replace(PHASE, epochs=1),
    train=replace(tiny.MASKS.train, epochs=2, layer_decay=0.7),
)
EXPERIMENTS = {"views-of-classes": VIEWS, "whole-masks": MASKS}


def build(experiment):
    keras.utils.set_random_seed(0)
    return models.build(experiment.model, tiny.statistics_of(experiment))


def files_of(folder, experiment):
    return head_phase.Files(*tiny.files(folder, experiment), tiny.statistics_of(experiment).labels)


def fit(model, folder, experiment):
    folders = training.Folders(str(folder / "checkpoints"), str(folder / "logs"))
    return head_phase.fit_head(model, files_of(folder, experiment), folders, experiment)


@pytest.fixture(scope="module", params=EXPERIMENTS)
def undisturbed(request, tmp_path_factory):
    """The experiment, the folder, the trained model and its history."""
    folder, experiment = tmp_path_factory.mktemp("head"), EXPERIMENTS[request.param]
    model = build(experiment)
    return experiment, folder, model, fit(model, folder, experiment)


def test_only_the_head_changes(undisturbed):
    experiment, _, model, history = undisturbed
    before = {variable.path: variable.numpy() for variable in build(experiment).weights}
    changed = {v.path for v in model.weights if not np.array_equal(v.numpy(), before[v.path])}

    assert len(history.history["val_loss"]) == 3
    assert changed
    groups = models.BACKBONES[experiment.model.name]
    assert all(find_group(path.split("/")[0], groups) is None for path in changed)


def test_a_killed_phase_ends_as_an_undisturbed_one(undisturbed, tmp_path, monkeypatch):
    experiment, _, expected, history = undisturbed
    with monkeypatch.context() as patch:
        patch.setattr(head_phase, "read_training", break_after(6))
        with pytest.raises(tf.errors.OpError):
            fit(build(experiment), tmp_path, experiment)
    resumed = build(experiment)
    rest = fit(resumed, tmp_path, experiment)

    assert rest.epoch == [1, 2]
    assert rest.history["val_loss"] == pytest.approx(history.history["val_loss"][1:], abs=1e-5)
    for one, other in zip(expected.get_weights(), resumed.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


def test_a_finished_phase_learns_nothing_again(undisturbed):
    experiment, folder, first, _ = undisturbed
    again = build(experiment)

    assert fit(again, folder, experiment).epoch == []
    for one, other in zip(first.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_run_killed_in_its_second_phase_ends_as_an_undisturbed_one(tmp_path):
    expected, _ = fit_both(tmp_path / "whole")
    with pytest.raises(tf.errors.OpError):
        fit_both(tmp_path / "killed", change=lambda train: break_after(6, train))
    resumed, rest = fit_both(tmp_path / "killed")

    assert rest.epoch == [1]
    for one, other in zip(expected.get_weights(), resumed.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


def test_fixed_layers_keep_their_weights_in_both_phases(tmp_path):
    experiment = replace(CLASSES, train=replace(TRAIN, epochs=1, fixed_stride=4))
    model, before = build(experiment), build(experiment).get_weights()
    fit(model, tmp_path, experiment)
    tiny.fit(model, *tiny.datasets(tmp_path, experiment), tmp_path, experiment)

    found = zip(model.weights, before, strict=True)
    changed = {weight.path for weight, old in found if not np.array_equal(weight.numpy(), old)}
    layers = {path.split("/")[0] for path in changed}
    assert {"block3_depthwise", "block3_project", "top_conv", "logits"} <= layers
    assert not layers & {"stem_conv", "block1_project", "block2_project", "block3_expand"}


def fit_both(folder, change=lambda train: train):
    """Both phases, as run_fn has them: the model, and the history of the second."""
    folder.mkdir(exist_ok=True)
    model = build(VGG)
    fit(model, folder, VGG)
    train, val = tiny.datasets(folder, VGG)
    return model, tiny.fit(model, change(train), val, folder, VGG)


def break_after(batches, read=head_phase.read_training):
    """Training data that cannot be read after some batches."""

    def broken(*args):
        whole = read(*args)

        def generate():
            yield from whole.take(batches)
            raise OSError("unplugged")

        return tf.data.Dataset.from_generator(generate, output_signature=whole.element_spec)

    return broken


def test_features_of_whole_images_are_computed_once(tmp_path, monkeypatch):
    read, passes = input_pipeline.decode_examples, []

    def count(*args):
        return read(*args).map(lambda *example: (tf.py_function(note, [], []), example)[1])

    def note():
        passes.append(1)

    monkeypatch.setattr(input_pipeline, "decode_examples", count)
    fit(build(CLASSES), tmp_path, CLASSES)
    assert len(passes) == 16 + 8


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
        pytest.param(
            {"train": replace(tiny.EXPERIMENT.train, fixed_stride=2)},
            "train.fixed_stride=2",
            id="fixed",
        ),
    ],
)
def test_a_model_without_a_backbone_has_one_phase(changed, name):
    with pytest.raises(ValueError, match=name):
        replace(tiny.EXPERIMENT, **changed)
