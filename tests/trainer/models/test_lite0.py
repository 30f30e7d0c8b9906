"""The classifier on EfficientNet-Lite0: any size in, and an answer that depends on no batch."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from tests.fakes import lite0 as narrow
from tests.fakes import tiny
from tests.fakes.images.padded import batch_of
from trainer import models
from trainer.models import geometry
from trainer.models.backbones.affine import AffineConv2D, start_depthwise

KINDS = {
    "dense": narrow.classifier(),
    "conv": narrow.classifier(head="conv", hidden=8, pooling="max"),
    "trained-normalization": narrow.classifier(batch_norm="trained"),
}
SIZES = {
    "both-parities": [(17, 33), (64, 20), (16, 16), (33, 17)],
    "single-pixels": [(1, 1), (1, 9), (8, 1), (5, 4)],
    "far-apart": [(1, 1), (64, 97)],
}


def build(config):
    """The model, its weights moved from where they start, so that padding would show."""
    keras.utils.set_random_seed(0)
    model, random = models.build(config, tiny.STATISTICS), np.random.default_rng(0)
    model.set_weights([w + abs(random.normal(0, 0.05, w.shape)) for w in model.get_weights()])
    return model


MODELS = {name: build(config) for name, config in KINDS.items()}


@pytest.fixture(scope="module", params=MODELS)
def model(request):
    return MODELS[request.param]


def answer(model, images, **padding):
    return np.array(model(batch_of(images, **padding), training=False))


@pytest.mark.parametrize("fill", [0, 255])
@pytest.mark.parametrize("sizes", SIZES.values(), ids=SIZES)
def test_the_answer_is_the_same_alone_and_in_a_batch(model, sizes, fill):
    images = [tiny.pixels(*size, seed) for seed, size in enumerate(sizes)]
    alone = np.concatenate([answer(model, [image]) for image in images])

    np.testing.assert_allclose(answer(model, images, fill=fill, room=7), alone, atol=1e-4)


def test_images_get_different_answers(model):
    first, second = answer(model, [np.zeros((40, 40, 3)), tiny.pixels(40, 40)])

    assert np.abs(first - second).max() > 1e-3


def test_any_image_fits_and_strides_are_those_of_the_network(model):
    strides = geometry.compute_strides(model)

    assert geometry.find_smallest_input(model) == (1, 1)
    names = ("stem_conv", "block1_add", "block2_add", "block4_add", "block10_add", "top_relu")
    assert [strides[n][0] for n in names if n in strides] == [2, 4, 8, 16, 32]


def test_statistics_of_normalization_leave_out_padding():
    model = MODELS["trained-normalization"]
    layer, images = model.get_layer("stem_conv_norm"), [tiny.pixels(32, 32)]
    inside = keras.Model(model.inputs, layer.output)
    before = layer.get_weights()
    seen = []
    for room in (0, 32):
        layer.set_weights(before)
        inside(batch_of(images, fill=255, room=room), training=True)
        seen.append(layer.get_weights()[2:])

    np.testing.assert_allclose(seen[0], seen[1], atol=1e-5)
    assert np.abs(seen[0][0] - before[2]).max() > 1e-4


def test_weights_come_back_from_a_file(tmp_path):
    first = MODELS["dense"]
    first.save_weights(tmp_path / "lite0.weights.h5")
    again = models.build(KINDS["dense"], tiny.STATISTICS)
    again.load_weights(tmp_path / "lite0.weights.h5")

    for one, other in zip(first.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_factor_and_an_offset_follow_the_convolution():
    layer = AffineConv2D(4, 3)
    x = np.random.default_rng(0).normal(size=(1, 5, 5, 2)).astype("float32")
    plain = layer(x)
    kernel, *_ = layer.get_weights()
    scale, offset = np.array([1, 2, 0.5, -1]), np.array([0, 1, 2, 3])
    layer.set_weights([kernel, offset, scale])

    np.testing.assert_allclose(layer(x), plain * scale + offset, atol=1e-5)


def test_depthwise_kernels_keep_the_variance_of_their_own_channel():
    kernel = start_depthwise(5)((5, 5, 400, 1))

    assert np.std(kernel) == pytest.approx((2 / 25) ** 0.5, rel=0.05)
