"""FCN-8s: the paper's shapes, its start, and that it learns."""

from __future__ import annotations

import itertools

import keras
import numpy as np

from tests.fakes import segmenters
from tests.fakes.padded import batch_of

VGG = ((3, 64, 64), (64, 128, 128), (128, 256, 256, 256), (256, 512, 512, 512), (512,) * 4)


def convolution(side, inputs, outputs):
    """Its weights and biases."""
    return side * side * inputs * outputs + outputs


def published(classes):
    """The weights of FCN-8s, by the shapes of the paper."""
    features = sum(
        convolution(3, inputs, outputs)
        for block in VGG
        for inputs, outputs in itertools.pairwise(block)
    )
    dense = convolution(7, 512, 4096) + convolution(1, 4096, 4096)
    scores = sum(convolution(1, inputs, classes) for inputs in (4096, 512, 256))
    return features + dense + scores + (4**2 + 4**2 + 16**2) * classes**2


def test_it_has_the_weights_of_the_paper():
    config = segmenters.vgg("fcn8s", width=1.0)
    with keras.StatelessScope(initialize_variables=False):  # Shapes only: no 540 MB.
        model = segmenters.build(config)

    assert model.count_params() == published(classes=3)


def test_scores_start_at_zero():
    model = segmenters.build(segmenters.CONFIGS["fcn8s"])

    for name in ("score_fr", "score_pool4", "score_pool3"):
        assert not any(weights.any() for weights in model.get_layer(name).get_weights())


def test_intermediate_interpolation_is_learned_and_the_last_is_not():
    model = segmenters.build(segmenters.CONFIGS["fcn8s"])
    kernels = {w.path.split("/")[0]: w.shape[0] for w in model.trainable_weights if "up" in w.path}

    assert kernels == {"upscore2": 4, "upscore_pool4": 4}
    assert model.get_layer("logits").kernel.shape[:2] == (16, 16)


def test_each_skip_counts():
    model = segmenters.disturbed(segmenters.CONFIGS["fcn8s"])
    inputs = batch_of([np.random.default_rng(0).uniform(0, 255, (40, 40, 3))])
    before = segmenters.answer(model, inputs)

    for name in ("score_fr", "score_pool4", "score_pool3"):
        layer = model.get_layer(name)
        kept = layer.get_weights()
        layer.set_weights([weights * 0 for weights in kept])
        assert np.abs(segmenters.answer(model, inputs) - before).max() > 1e-3, name
        layer.set_weights(kept)


def test_it_learns_four_images_by_heart():
    config = segmenters.vgg("fcn8s", width=1 / 8, dropout=0.0)

    assert segmenters.overfitted(config, steps=150) > 0.9
