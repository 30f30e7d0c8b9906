"""FCN-8s, 16s and 32s: the paper's shapes, their start, and that they learn."""

from __future__ import annotations

import itertools

import keras
import numpy as np
import pytest

from tests.fakes import segmenters
from tests.fakes.images.padded import batch_of

VGG = ((3, 64, 64), (64, 128, 128), (128, 256, 256, 256), (256, 512, 512, 512), (512,) * 4)
SCORES = {  # From coarse to fine.
    "fcn32s": ["score_fr"],
    "fcn16s": ["score_fr", "score_pool4"],
    "fcn8s": ["score_fr", "score_pool4", "score_pool3"],
}
LEARNED = {  # Sides of the kernels that enlarge scores.
    "fcn32s": {},
    "fcn16s": {"upscore2": 4},
    "fcn8s": {"upscore2": 4, "upscore_pool4": 4},
}


@pytest.fixture(scope="module", params=SCORES)
def name(request):
    return request.param


@pytest.fixture(scope="module")
def model(name):
    return segmenters.build(segmenters.CONFIGS[name])


def convolution(side, inputs, outputs):
    """The number of its weights and biases."""
    return side * side * inputs * outputs + outputs


def published(classes):
    """The number of weights of FCN-8s, by the shapes of the paper."""
    features = sum(
        convolution(3, inputs, outputs)
        for block in VGG
        for inputs, outputs in itertools.pairwise(block)
    )
    dense = convolution(7, 512, 4096) + convolution(1, 4096, 4096)
    scores = sum(convolution(1, inputs, classes) for inputs in (4096, 512, 256))
    return features + dense + scores + (4**2 + 4**2 + 16**2) * classes**2


def test_fcn8s_has_the_weights_of_the_paper():
    config = segmenters.vgg("fcn8s", width=1.0)
    with keras.StatelessScope(initialize_variables=False):  # Shapes only: no 540 MB.
        model = segmenters.build(config)

    assert model.count_params() == published(classes=3)


def test_a_model_has_its_name(name, model):
    assert model.name == name


def test_scores_are_those_of_its_strides(name, model):
    scores = [layer.name for layer in model.layers if layer.name.startswith("score")]

    assert [score for score in scores if not score.endswith("_masked")] == SCORES[name]


def test_scores_start_at_zero(name, model):
    for score in SCORES[name]:
        assert not any(weights.any() for weights in model.get_layer(score).get_weights())


def test_intermediate_interpolation_is_learned_and_the_last_is_not(name, model):
    kernels = {w.path.split("/")[0]: w.shape[0] for w in model.trainable_weights if "up" in w.path}

    assert kernels == LEARNED[name]


@pytest.mark.parametrize("stride", [8, 16, 32])
def test_the_last_kernel_interpolates_by_the_stride(stride):
    model = segmenters.build(segmenters.CONFIGS[f"fcn{stride}s"])

    assert model.get_layer("logits").kernel.shape == (2 * stride, 2 * stride, 3, 3)


def test_each_skip_counts():
    model = segmenters.disturbed(segmenters.CONFIGS["fcn8s"])
    inputs = batch_of([np.random.default_rng(0).uniform(0, 255, (40, 40, 3))])
    before = segmenters.answer(model, inputs)

    for score in SCORES["fcn8s"]:
        layer = model.get_layer(score)
        original = layer.get_weights()
        layer.set_weights([weights * 0 for weights in original])
        assert np.abs(segmenters.answer(model, inputs) - before).max() > 1e-3, score
        layer.set_weights(original)


def test_it_overfits_four_images():
    config = segmenters.vgg("fcn8s", width=1 / 8, dropout=0.0)

    assert segmenters.overfitted(config, steps=150) > 0.9
