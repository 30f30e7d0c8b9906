"""Kernels that are computed once, for serving."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from trainer.models.backbones.affine import AffineConv2D, AffineDepthwiseConv2D
from trainer.models.layers import StandardizedConv2D, fix_kernels

LAYERS = {
    "standardized": lambda: StandardizedConv2D(4, 3),
    "affine": lambda: AffineConv2D(4, 3),
    "depthwise": lambda: AffineDepthwiseConv2D(3),
}


@pytest.fixture(params=LAYERS)
def model(request):
    image = keras.Input((8, 8, 3))
    model = keras.Model(image, LAYERS[request.param]()(image))
    random = np.random.default_rng(0)
    model.set_weights([random.normal(size=weight.shape) for weight in model.weights])
    return model


def test_a_fixed_kernel_gives_the_same_answer(model):
    noise = np.random.default_rng(1).normal(size=(2, 8, 8, 3)).astype("float32")

    fixed = fix_kernels(model)

    np.testing.assert_allclose(fixed(noise), model(noise), rtol=1e-4, atol=1e-4)


def test_a_fixed_kernel_is_used_as_it_is_and_the_model_keeps_its_own(model):
    layer = model.layers[1]
    weights, computed = model.get_weights(), layer.compute_kernel(layer.kernel)

    fixed = fix_kernels(model).layers[1]

    np.testing.assert_array_equal(fixed.find_kernel(fixed.kernel), computed)
    assert not np.allclose(computed, layer.kernel)
    for before, after in zip(weights, model.get_weights(), strict=True):
        np.testing.assert_array_equal(before, after)


def test_a_fixed_kernel_stays_fixed_when_the_model_is_built_again(model):
    fixed = fix_kernels(model)
    noise = np.random.default_rng(1).normal(size=(2, 8, 8, 3)).astype("float32")

    again = keras.models.clone_model(fixed)
    again.set_weights(fixed.get_weights())

    np.testing.assert_allclose(again(noise), fixed(noise), rtol=1e-5, atol=1e-5)
