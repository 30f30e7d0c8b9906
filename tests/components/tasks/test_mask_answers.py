"""Whether masks fit their images, and agree between protocols and batches."""

import numpy as np
import pytest

from components.tasks.mask_answers import find_problem
from serving.client import Segmentation
from tests.fakes import tiny

IMAGE = tiny.png(tiny.pixels(20, 30))
SOUND = np.zeros((20, 30), np.uint8)


def answer(mask, fractions=(0.5, 0.5)):
    return Segmentation(tiny.png(mask), dict(zip(("cat", "dog"), fractions, strict=True)))


def problem_of(first, alone=None, by_rest=None):
    return find_problem([IMAGE], [first], [alone or first], [by_rest or first])


def test_sound_masks_have_no_problem():
    assert problem_of(answer(SOUND)) == ""


@pytest.mark.parametrize(
    ("mask", "fractions", "problem"),
    [
        pytest.param(SOUND[:10], (0.5, 0.5), "of 20 x 30 has the shape", id="size"),
        pytest.param(SOUND + 2, (0.5, 0.5), "class 2, but there are only 2", id="class"),
        pytest.param(SOUND, (0.5, 0.9), "sum to 1.4", id="fractions"),
    ],
)
def test_a_mask_that_does_not_fit_its_image_is_a_problem(mask, fractions, problem):
    assert problem in problem_of(answer(mask, fractions))


def test_protocols_and_batches_that_differ_are_a_problem():
    other = SOUND.copy()
    other[:10] = 1

    assert "gRPC and REST differ in 50.00%" in problem_of(answer(SOUND), by_rest=answer(other))
    assert "depends on its batch, in 50.00%" in problem_of(answer(SOUND), alone=answer(other))


def test_a_single_pixel_may_differ_by_rounding():
    other = np.zeros((100, 100), np.uint8)
    image, first = tiny.png(tiny.pixels(100, 100)), answer(other.copy())
    other[0, 0] = 1

    assert find_problem([image], [first], [answer(other)], [first]) == ""
