"""The small U-Net."""

from __future__ import annotations

from dataclasses import replace

import keras
import numpy as np
import pytest

from tests.fakes import segmenters
from tests.fakes.images.padded import batch_of
from trainer.models.layers import Gain

CONFIG = segmenters.CONFIGS["unet_small"]


def names(config):
    return {layer.name for layer in segmenters.build(config).layers}


def test_each_stage_but_the_finest_has_its_blocks():
    found = names(replace(CONFIG, blocks=2))

    assert {"level1_block1_add", "level2_block1_add", "level1_up_block_add"} <= found
    assert not {"level0_block0_add", "level0_up_block_add", "level2_block2_add"} & found


def test_each_level_but_the_coarsest_is_joined_on_the_way_up():
    joined = {name for name in names(CONFIG) if name.endswith("_join")}

    assert joined == {"level0_up_join", "level1_up_join"}


@pytest.mark.parametrize("widths", [(8,), (4, 4), (4, 6, 8, 8, 8)])
def test_it_may_have_any_number_of_levels(widths):
    model = segmenters.build(replace(CONFIG, widths=widths))
    logits = segmenters.answer(model, batch_of([np.ones((21, 35, 3))]))

    assert logits.shape == (1, 21, 35, 3)


def test_it_starts_with_blocks_that_are_their_shortcuts():
    gains = [layer for layer in segmenters.build(CONFIG).layers if isinstance(layer, Gain)]

    assert len(gains) == 3
    assert all(float(gain.factor) == 0 for gain in gains)


def test_the_scores_are_interpolated_to_full_size():
    model = segmenters.build(CONFIG)
    inside = keras.Model(model.input, [model.get_layer("scores").output, model.output])
    scores, logits = inside(batch_of([np.random.default_rng(0).uniform(0, 255, (16, 16, 3))]))

    assert not model.get_layer("logits").trainable_weights
    np.testing.assert_allclose(logits[0, 0, 0], scores[0, 0, 0], atol=1e-5)
    expected = 0.75 * scores[0, 0, 0] + 0.25 * scores[0, 0, 1]
    np.testing.assert_allclose(logits[0, 0, 1], expected, atol=1e-5)


def test_it_overfits_four_images():
    config = replace(CONFIG, widths=(8, 12, 16), dropout=0.0)

    assert segmenters.overfitted(config, steps=80) > 0.9
