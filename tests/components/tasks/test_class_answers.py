"""Whether a classifier's answers agree, and are probabilities."""

from components.tasks.class_answers import agree, find_problem
from serving.client import Prediction


def test_nan_agrees_with_nothing():
    number, nan = ([Prediction("a", {"a": value})] for value in (1.0, float("nan")))

    assert agree(number, number)
    assert not agree(nan, nan)
    assert not agree(number, nan)


def test_sound_answers_agree_between_protocols_and_batches():
    answers = [Prediction("a", {"a": 0.75, "b": 0.25})]
    others = [Prediction("b", {"a": 0.25, "b": 0.75})]

    assert find_problem([b""], answers, answers, answers) == ""
    assert "gRPC and REST differ by 0.5" in find_problem([b""], answers, answers, others)
    assert "depends on its batch, by 0.5" in find_problem([b""], answers, others, answers)
