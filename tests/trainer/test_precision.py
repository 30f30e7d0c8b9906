"""Mixed precision: what computes in 16 bits, and what stays in float32."""

from __future__ import annotations

import functools
from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.fakes import lite0, narrow_models, segmenters, tiny
from tests.fakes.images.padded import batch_of
from trainer import models
from trainer.export import saved_model
from trainer.learning import training
from trainer.models import BUILDERS
from trainer.models.applications.networks import NETWORKS
from trainer.models.layers import fix_kernels
from trainer.models.upsampling import BilinearUpsampling
from trainer.precision import POLICIES, use_precision

PLAIN = "model.dropout=0.0"  # Noise in 16 bits is another noise.
EXPERIMENTS = {
    "fcn": tiny.with_values(PLAIN),
    "lite0": replace(tiny.EXPERIMENT, model=lite0.classifier(dropout=0.0)),
    "unet_small": tiny.with_values(PLAIN, of=tiny.MASKS),
    "fcn32s": replace(tiny.MASKS, model=segmenters.vgg("fcn32s", dropout=0.0)),
}
UNIT = {"bfloat16": 2**-8, "float16": 2**-11}  # The relative error of one rounding, at most.
WHOLE = ("normalize", "pool", "logits")  # Layers that compute in float32.
INPUTS = batch_of([tiny.pixels(17, 40), tiny.pixels(33, 9)])


def build(experiment, precision):
    keras.utils.set_random_seed(0)
    with use_precision(precision):
        return models.build(experiment.model, tiny.statistics_of(experiment))


@functools.cache
def take_a_step(experiment, precision):
    """The loss before, and the model after."""
    train = replace(experiment.train, precision=precision, warmup_epochs=0.0)
    experiment = replace(experiment, train=train)
    model = build(experiment, precision)
    training.compile_model(model, tiny.STEPS, experiment)
    model.run_eagerly = True  # Without tracing, which takes most of the time.
    mask = np.zeros((2, 33, 40, 1), "uint8")
    targets = mask if experiment.data.mask else np.eye(2, dtype="float32")
    loss = model.train_on_batch(INPUTS, targets)[0]
    return float(loss), model


@pytest.mark.parametrize("precision", ["bfloat16", "float16"])
@pytest.mark.parametrize("experiment", EXPERIMENTS.values(), ids=EXPERIMENTS)
def test_a_step_in_16_bits_has_nearly_the_loss_of_float32(experiment, precision):
    loss, model = take_a_step(experiment, precision)
    expected, _ = take_a_step(experiment, "float32")

    # 50 layers round: with random weights, the loss of a narrow lite0 moves by up to 13 of these
    # units in either precision (docs/decisions/0028-gpu-nodes.md).
    assert loss == pytest.approx(expected, rel=24 * UNIT[precision])
    assert all(np.isfinite(weight).all() for weight in model.get_weights())
    assert {variable.dtype for variable in model.trainable_variables} == {"float32"}
    computed = {layer.compute_dtype for layer in model.layers if layer.name not in WHOLE}
    assert precision in computed
    for layer in model.layers:
        if layer.name in WHOLE:
            assert layer.compute_dtype == "float32", layer.name


# The networks of Keras are tested as classifiers; all their decoders are those of unet_lite0.
NAMES = [n for n in BUILDERS if n not in EXPERIMENTS and n.removeprefix("unet_") not in NETWORKS]


@pytest.mark.parametrize("name", [*NAMES, *NETWORKS])
def test_each_model_has_gradients_in_float16(name):
    with use_precision("float16"):
        model = narrow_models.build(name)
    with tf.GradientTape() as tape:
        logits = model(narrow_models.draw_images(), training=True)
        loss = tf.reduce_mean(tf.square(logits - 1))
    gradients = tape.gradient(loss, [each.value for each in model.trainable_variables])

    assert logits.dtype == "float32"
    assert {gradient.dtype.name for gradient in gradients} == {"float32"}
    assert all(np.isfinite(gradient).all() for gradient in gradients)
    assert any(np.any(gradient) for gradient in gradients)


def test_bilinear_upsampling_has_a_graph_in_bfloat16():
    """TensorFlow has no range of bfloat16 in a graph."""
    with use_precision("bfloat16"):
        grow = tf.function(BilinearUpsampling(2))
    outputs = grow(
        *(tf.ones(shape, "bfloat16") for shape in [(1, 2, 2, 3), (1, 2, 2, 1), (1, 4, 4, 1)])
    )

    assert outputs.shape == (1, 4, 4, 3)
    np.testing.assert_allclose(tf.cast(outputs, "float32"), 1.0, rtol=UNIT["bfloat16"] * 4)


@pytest.mark.parametrize("experiment", EXPERIMENTS.values(), ids=EXPERIMENTS)
def test_in_float32_nothing_is_cast_or_scaled(experiment):
    _, model = take_a_step(experiment, "float32")

    assert {layer.dtype_policy.name for layer in model.layers} == {"float32"}
    assert isinstance(model.optimizer, keras.optimizers.AdamW)


def test_float16_scales_the_loss_and_bfloat16_does_not():
    scaled, plain = (take_a_step(tiny.EXPERIMENT, p)[1] for p in ("float16", "bfloat16"))

    assert isinstance(scaled.optimizer, keras.optimizers.LossScaleOptimizer)
    assert isinstance(plain.optimizer, keras.optimizers.AdamW)


@pytest.mark.parametrize("precision", POLICIES)
def test_the_model_that_is_served_computes_in_float32(precision):
    model = tiny.with_random_weights(build(tiny.MASKS, precision))
    whole = build(tiny.MASKS, "float32")
    whole.set_weights(model.get_weights())

    answer = segmenters.answer(fix_kernels(model), INPUTS)
    np.testing.assert_allclose(answer, segmenters.answer(whole, INPUTS), rtol=1e-4, atol=1e-3)


def test_the_exported_model_has_no_tensor_of_16_bits(tmp_path):
    model = build(tiny.EXPERIMENT, "float16")
    saved_model.save(model, tiny.STATISTICS, tiny.EXPERIMENT, str(tmp_path))
    graph = tf.saved_model.load(tmp_path).signatures["predict_pixels"].graph

    kinds = {tensor.dtype for node in graph.get_operations() for tensor in node.outputs}
    assert tf.float32 in kinds
    assert tf.float16 not in kinds


def test_training_in_float16_ends_with_finite_averaged_weights(tmp_path):
    experiment = tiny.with_values("train.precision=float16", "train.epochs=2")
    with use_precision("float16"):
        model, history = tiny.train(tmp_path, experiment)

    assert len(history.history["val_loss"]) == 2
    assert all(np.isfinite(weight).all() for weight in model.get_weights())


def test_the_policy_ends_with_the_block():
    before = keras.config.dtype_policy().name
    with pytest.raises(RuntimeError), use_precision("float16"):
        raise RuntimeError

    assert keras.config.dtype_policy().name == before
