"""Whether boxes lie in their images, and agree between protocols and batches."""

import pytest

from components.tasks.box_answers import find_problem
from serving.client import Box, Localization
from tests.fakes import tiny

IMAGE = tiny.png(tiny.pixels(20, 30))
SOUND = Box(2.0, 3.0, 10.0, 12.0)
NAN = float("nan")


def answer(box=SOUND, first=0.5):
    return Localization("cat", {"cat": first, "dog": 0.5}, box)


def problem_of(first, alone=None, by_rest=None):
    return find_problem([IMAGE], [first], [alone or first], [by_rest or first])


@pytest.mark.parametrize("box", [SOUND, Box(0, 0, 20, 30), Box(0, 0, 20.001, 30)])
def test_sound_boxes_have_no_problem(box):
    assert problem_of(answer(box)) == ""


@pytest.mark.parametrize(
    "box",
    [
        pytest.param(Box(2, 3, 21, 12), id="below-the-image"),
        pytest.param(Box(2, -1, 10, 12), id="left-of-the-image"),
        pytest.param(Box(12, 3, 10, 12), id="reversed"),
        pytest.param(Box(2, 3, NAN, 12), id="nan"),
    ],
)
def test_a_box_that_is_not_in_its_image_is_a_problem(box):
    assert "of 20 x 30" in problem_of(answer(box))


def test_protocols_and_batches_that_differ_are_a_problem():
    other = answer(SOUND._replace(xmax=15.0))  # 3 of 30 pixels.

    assert problem_of(answer(), by_rest=other) == (
        "gRPC and REST differ, by 10.00% of its longer side."
    )
    assert "depends on its batch, by 10.00%" in problem_of(answer(), alone=other)


def test_probabilities_are_checked_as_those_of_classifiers():
    assert "sum to" in problem_of(answer(first=0.9))
