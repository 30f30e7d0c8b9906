"""Layers that work along the channels."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from trainer.models.classic.channel_layers import DepthMaxPool, LocalResponseNormalization

FEATURES = np.random.default_rng(0).normal(0, 3, (2, 5, 7, 12)).astype("float32")


@pytest.mark.parametrize("size", [1, 3, 12])
def test_the_maximum_of_each_group_of_channels_is_kept(size):
    pooled = DepthMaxPool(size)(FEATURES)

    groups = [FEATURES[..., first : first + size].max(-1) for first in range(0, 12, size)]
    np.testing.assert_array_equal(pooled, np.stack(groups, axis=-1))


def test_channels_that_make_no_whole_groups_are_refused():
    with pytest.raises(ValueError, match=r"12 channels.*5"):
        DepthMaxPool(5)(FEATURES)


def test_depth_pooling_is_built_again_from_its_configuration():
    assert DepthMaxPool.from_config(DepthMaxPool(3).get_config()).size == 3


@pytest.mark.parametrize("radius", [1, 2, 5])
def test_local_response_normalization_is_tensorflows(radius):
    values = {"bias": 2.0, "alpha": 0.1, "beta": 0.75}
    expected = tf.nn.local_response_normalization(FEATURES, depth_radius=radius, **values)

    layer = LocalResponseNormalization(radius=radius, **values)
    np.testing.assert_allclose(layer(FEATURES), expected, rtol=1e-5)


def test_local_response_normalization_is_built_again_from_its_configuration():
    layer = LocalResponseNormalization(radius=4, bias=2.0, alpha=0.1, beta=0.5)
    again = LocalResponseNormalization.from_config(layer.get_config())

    np.testing.assert_array_equal(again(FEATURES), layer(FEATURES))
