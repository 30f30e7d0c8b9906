"""The Trainer's entry, with the arguments that TFX gives it."""

from __future__ import annotations

from dataclasses import replace

import attr
import numpy as np
import pytest
import tensorflow as tf
from tfx.components.trainer.fn_args_utils import FnArgs

from tests.fakes import segmenters, tiny
from tests.fakes.transformed import transform
from trainer import config, overrides, run
from trainer.data import masks
from trainer.phase_config import HeadPhaseConfig

EXPERIMENT = tiny.with_values("train.epochs=2", "train.histogram_epochs=1")
PHASE = HeadPhaseConfig(epochs=2, learning_rate=1e-2, warmup_epochs=0.0, weight_decay=0.0)


@pytest.fixture(scope="module")
def arguments(tmp_path_factory):
    return laid_out(tmp_path_factory.mktemp("trainer"), EXPERIMENT, tiny.write_split)


def laid_out(folder, experiment, write):
    """All paths below one folder, as TFX's Trainer has them."""
    train = write(folder / "Split-train" / "a.tfrecord", 16)
    write(folder / "Split-val" / "a.tfrecord", 8, seed=1000)
    return FnArgs(
        train_files=[str(folder / "Split-train" / "*")],
        eval_files=[str(folder / "Split-val" / "*")],
        transform_output=transform(train, folder / "graph", experiment),
        serving_model_dir=str(folder / "model" / "Format-Serving"),
        model_run_dir=str(folder / "model_run"),
        custom_config={
            "experiment": config.to_json(experiment),
            "checkpoints": str(folder / "checkpoints"),
        },
    )


@pytest.fixture(scope="module")
def saved(arguments):
    run.run_fn(arguments)
    return tf.saved_model.load(arguments.serving_model_dir)


def test_the_exported_model_answers_with_the_labels_of_the_data(saved):
    encoded = tiny.png(tiny.drawn("red", 5))
    outputs = saved.signatures["serving_default"](tf.constant([encoded]))

    assert outputs["labels"].numpy().astype(str).tolist() == [["blue", "red"]]
    np.testing.assert_allclose(tf.reduce_sum(outputs["probabilities"]), 1, atol=1e-5)


def test_the_logs_are_where_tensorboard_looks(saved, arguments):
    assert tf.io.gfile.glob(f"{arguments.model_run_dir}/validation/events.*")


def test_histograms_of_weights_are_among_the_logs_if_they_are_wanted(saved, arguments):
    assert tf.io.gfile.glob(f"{arguments.model_run_dir}/weights/events.*")


def test_the_checkpoints_are_removed_after_training(saved, arguments):
    assert not tf.io.gfile.exists(run.choose_checkpoint_folder(arguments))


def test_the_same_experiment_and_data_have_the_same_checkpoints(arguments):
    same = attr.evolve(arguments, serving_model_dir="/another", model_run_dir="/another")

    assert run.choose_checkpoint_folder(same) == run.choose_checkpoint_folder(arguments)


@pytest.mark.parametrize("override", ["train.epochs=3", "model.head=dense", "train.seed=1"])
def test_another_experiment_has_other_checkpoints(arguments, override):
    experiment = config.to_json(overrides.apply_overrides(EXPERIMENT, [override]))
    custom_config = {**arguments.custom_config, "experiment": experiment}
    other = attr.evolve(arguments, custom_config=custom_config)

    assert run.choose_checkpoint_folder(other) != run.choose_checkpoint_folder(arguments)


def test_other_data_has_other_checkpoints(arguments):
    other = attr.evolve(arguments, train_files=["/other/Split-train/*"])

    assert run.choose_checkpoint_folder(other) != run.choose_checkpoint_folder(arguments)


def test_training_on_masks_in_two_phases_exports_a_model_that_answers_with_masks(tmp_path):
    experiment = replace(tiny.MASKS, model=segmenters.vgg("fcn32s"), head_phase=PHASE)
    arguments = laid_out(tmp_path, experiment, tiny.write_pairs)
    run.run_fn(arguments)
    model = tf.saved_model.load(arguments.serving_model_dir)
    sent = tiny.png(tiny.PALETTE[np.ones((60, 31), np.uint8)])
    outputs = model.signatures["serving_default"](tf.constant([sent]))

    assert tf.io.gfile.glob(f"{arguments.model_run_dir}/head/validation/events.*")
    assert masks.decode(outputs["mask_bytes"][0]).shape == (60, 31, 1)
    assert outputs["labels"].numpy().astype(str).tolist() == [list(experiment.data.classes)]


def test_training_on_grey_images_exports_a_model_of_one_channel(tmp_path):
    values = ("data.channels=1", "augment.saturation=0.0", "model.name=mlp", "model.side=8")
    arguments = laid_out(tmp_path, tiny.with_values(*values), tiny.write_split)
    run.run_fn(arguments)
    signatures = tf.saved_model.load(arguments.serving_model_dir).signatures
    colours, shades = tiny.pixels(30, 40), tiny.pixels(12, 9)[..., :1]
    sent = [tiny.png(colours), tiny.png(shades[..., 0])]
    found = signatures["serving_default"](tf.constant(sent))["probabilities"]

    assert signatures["predict_pixels"].structured_input_signature[1]["pixels"].shape[-1] == 1
    pixels = tf.constant(shades[None], tf.float32)
    alone = signatures["predict_pixels"](pixels=pixels)["probabilities"]
    np.testing.assert_allclose(found[1], alone[0], atol=1e-4)
    np.testing.assert_allclose(tf.reduce_sum(found, axis=1), [1, 1], atol=1e-5)
