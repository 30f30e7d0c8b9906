"""The hash of what an image shows: small changes leave it, another scene does not."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from components.ingestion.near_duplicates import look
from tests.fakes.images import scenes
from trainer.data import images


def distance(first, second):
    return (int(first, 16) ^ int(second, 16)).bit_count()


def test_a_moment_later_looks_alike_and_another_scene_does_not():
    looks = [[look.compute(images.decode(f)) for f in scenes.burst(seed)] for seed in range(20)]

    assert max(distance(first, later) for first, later in looks) <= 8
    assert min(distance(looks[0][0], other) for other, _ in looks[1:]) > 10


@pytest.mark.parametrize("factor", [3, 20])
def test_a_larger_copy_looks_alike(factor):
    image = scenes.draw(0)
    larger = image.repeat(factor, axis=0).repeat(factor, axis=1)

    found = [look.compute(tf.constant(pixels)) for pixels in (image, larger)]

    assert distance(*found) <= 2


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 5000, 3), (5000, 2, 3)])
def test_any_size_has_a_look_of_64_bits(shape):
    assert len(look.compute(tf.constant(np.zeros(shape, np.uint8)))) == 16
