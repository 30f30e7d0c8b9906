"""The tutorial's batches and network."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from pipeline.bench.training import tutorial
from tests.fakes import tiny
from trainer import models
from trainer.classic_config import TutorialFCNConfig

SIZES = {"daisy/a": (24, 40), "daisy/b": (30, 20), "rose/c": (22, 22)}  # Height, width.


@pytest.fixture
def folder(tmp_path):
    for number, (name, (height, width)) in enumerate(SIZES.items()):
        path = tmp_path / f"{name}.png"
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(tiny.pixels(height, width, number)).save(path)
    return tmp_path


def test_a_batch_is_as_large_as_its_largest_image_and_zero_elsewhere(folder):
    images, classes = tutorial.PaddedBatches(folder, batch_size=3)[0]

    assert images.shape == (3, 30, 40, 3)
    assert classes.sum(axis=0).tolist() == [2, 1]
    (rose,) = images[classes[:, 1] == 1]
    np.testing.assert_array_equal(rose[:22, :22], tiny.pixels(22, 22, 2))
    assert not rose[22:].any()
    assert not rose[:, 22:].any()


def test_the_last_batch_begins_again(folder):
    batches = tutorial.PaddedBatches(folder, batch_size=2)

    assert len(batches) == 2
    np.testing.assert_array_equal(batches[1][1][1], batches[0][1][0])


def test_the_network_has_as_many_weights_as_ours():
    ours = models.build(TutorialFCNConfig(), tiny.STATISTICS)

    assert tutorial.build_network(len(tiny.LABELS)).count_params() == ours.count_params()
