"""U-Nets on networks of keras.applications. That on MobileNetV2 is in test_models.py too."""

from __future__ import annotations

import numpy as np
import pytest

from tests.fakes import applications, segmenters, tiny
from tests.fakes.images.padded import batch_of
from trainer.models.applications.networks import NETWORKS


@pytest.fixture(scope="module", params=sorted(set(NETWORKS) - {"mobilenet_v2"}))
def model(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("weights")
    return segmenters.build(applications.read_from(applications.unet(request.param), folder))


def test_each_pixel_gets_the_same_scores_alone_and_in_a_batch(model):
    images = [tiny.pixels(*size, seed) for seed, size in enumerate([(17, 33), (40, 9), (1, 1)])]
    together = segmenters.answer(model, batch_of(images, fill=255, room=5))

    for logits, image in zip(together, images, strict=True):
        alone = segmenters.answer(model, batch_of([image]))[0]
        assert alone.shape == (*image.shape[:2], 3)
        own = logits[: image.shape[0], : image.shape[1]]
        np.testing.assert_allclose(own, alone, atol=1e-4)


def test_skips_have_the_channels_of_their_level(model):
    widths = [model.get_layer(f"level{level}_up_conv").filters for level in range(4)]

    assert widths == [4, 6, 8, 8]
