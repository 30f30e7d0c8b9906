"""Conditions of a promotion."""

from __future__ import annotations

import pytest

from serving.rollout.comparison import thresholds
from serving.rollout.comparison.differences import METRICS
from serving.rollout.errors import RolloutRefused

MEASURED = {"agreement": 0.97, "failed": 0.0}


@pytest.mark.parametrize(
    "text", ["agreement>=0.97", " agreement > .9 ", "failed<=0", "agreement<1e0"]
)
def test_a_condition_that_is_met_is_no_failure(text):
    wanted = thresholds.read_thresholds([text], METRICS)

    assert thresholds.list_failures(wanted, MEASURED) == []


def test_each_condition_that_is_not_met_is_named_with_its_value():
    wanted = thresholds.read_thresholds(["agreement>=0.98", "failed<0", "failed<=0"], METRICS)

    first, second = thresholds.list_failures(wanted, MEASURED)
    assert first == "agreement is 0.9700; --when requires >=0.98."
    assert second == "failed is 0.0000; --when requires <0."


@pytest.mark.parametrize("text", ["accuracy>=0.9", "agreement=1", "agreement>=high", "", "iou>="])
def test_what_is_not_a_condition_is_refused_with_the_metrics(text):
    with pytest.raises(RolloutRefused, match="probability_difference"):
        thresholds.read_thresholds([text], METRICS)


def test_a_metric_of_other_models_is_refused():
    wanted = thresholds.read_thresholds(["iou>=0.9"], METRICS)

    with pytest.raises(RolloutRefused, match="agreement, failed"):
        thresholds.list_failures(wanted, MEASURED)
