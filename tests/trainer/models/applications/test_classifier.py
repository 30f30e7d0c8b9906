"""Classifiers on networks of keras.applications."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from tests.fakes import applications, segmenters, tiny
from tests.fakes.images.padded import batch_of
from trainer.models.applications.networks import NETWORKS

KINDS = {
    "dense": applications.classifier(),
    "conv": applications.classifier(head="conv", hidden=8, pooling="max"),
    "trained-normalization": applications.classifier(batch_norm="trained"),
}


@pytest.mark.parametrize("config", KINDS.values(), ids=KINDS)
def test_the_answer_is_the_same_alone_and_in_a_batch(config):
    model = segmenters.disturbed(config)
    images = [tiny.pixels(*size, seed) for seed, size in enumerate([(17, 33), (64, 20), (1, 9)])]
    alone = [segmenters.answer(model, batch_of([image]))[0] for image in images]
    together = segmenters.answer(model, batch_of(images, fill=255, room=7))

    np.testing.assert_allclose(together, alone, atol=1e-4)
    assert np.abs(together[0] - together[1]).max() > 1e-3


@pytest.mark.parametrize("name", NETWORKS)
def test_each_network_has_the_features_that_keras_has(name):
    with keras.StatelessScope(initialize_variables=False):  # Shapes only.
        model = segmenters.build(applications.classifier(name, width=1.0))
        keras_own = NETWORKS[name].function(include_top=False, weights=None)

    assert model.get_layer("logits").input.shape == keras_own.output.shape[::3]
