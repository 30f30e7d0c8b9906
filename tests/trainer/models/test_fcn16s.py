"""FCN-16s."""

from __future__ import annotations

from tests.fakes import segmenters

MODEL = segmenters.build(segmenters.CONFIGS["fcn16s"])


def test_scores_are_those_of_its_strides():
    scores = [layer.name for layer in MODEL.layers if layer.name.startswith("score")]

    assert [name for name in scores if not name.endswith("_masked")] == ["score_fr", "score_pool4"]


def test_the_last_kernel_interpolates_by_16():
    assert MODEL.get_layer("logits").kernel.shape == (32, 32, 3, 3)
