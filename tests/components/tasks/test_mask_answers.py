"""Whether masks are of their images, and the same on every way."""

import numpy as np
import pytest

from components.tasks.mask_answers import unsound
from serving.client import Segmentation
from tests.fakes import tiny

IMAGE = tiny.png(tiny.pixels(20, 30))
SOUND = np.zeros((20, 30), np.uint8)


def answer(mask, fractions=(0.5, 0.5)):
    return Segmentation(tiny.png(mask), dict(zip(("cat", "dog"), fractions, strict=True)))


def judged(first, alone=None, by_rest=None):
    return unsound([IMAGE], [first], [alone or first], [by_rest or first])


def test_sound_masks_are_the_same_on_every_way():
    assert judged(answer(SOUND)) == ""


@pytest.mark.parametrize(
    ("mask", "fractions", "said"),
    [
        pytest.param(SOUND[:10], (0.5, 0.5), "of 20 x 30 has the shape", id="size"),
        pytest.param(SOUND + 2, (0.5, 0.5), "holds the class 2, and there are 2", id="class"),
        pytest.param(SOUND, (0.5, 0.9), "sum to 1.4", id="fractions"),
    ],
)
def test_a_mask_that_is_none_of_its_image_is_told(mask, fractions, said):
    assert said in judged(answer(mask, fractions))


def test_ways_that_differ_are_told():
    other = SOUND.copy()
    other[:10] = 1

    assert "gRPC and REST differ in 50.00%" in judged(answer(SOUND), by_rest=answer(other))
    assert "depends on its batch, in 50.00%" in judged(answer(SOUND), alone=answer(other))


def test_a_pixel_that_rounding_turned_is_no_difference():
    other = np.zeros((100, 100), np.uint8)
    image, first = tiny.png(tiny.pixels(100, 100)), answer(other.copy())
    other[0, 0] = 1

    assert unsound([image], [first], [answer(other)], [first]) == ""
