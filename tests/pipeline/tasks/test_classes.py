"""What TFMA is asked to measure of a classifier."""

import pytest

from pipeline.tasks import classes
from pipeline.tasks.metric_config import name_of
from trainer.task_checks import METRICS


def test_all_that_a_gate_may_name_is_measured():
    measured = [name_of(config) for config in classes.metrics(5)]

    assert set(METRICS["classes"]) < set(measured)


@pytest.mark.parametrize("name", ["confusion", "class_precision_recall"])
def test_which_classes_are_taken_for_which_is_measured(name):
    assert name in [name_of(config) for config in classes.metrics(5)]
