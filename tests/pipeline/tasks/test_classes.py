"""The metrics that TFMA measures of a classifier."""

import pytest

from components.metrics.results import read_name
from pipeline.tasks import classes
from trainer.task_checks import METRICS


def test_each_metric_of_a_gate_is_measured():
    measured = [read_name(config) for config in classes.make_metrics(5)]

    assert set(METRICS["classes"]) < set(measured)


@pytest.mark.parametrize("name", ["confusion", "class_precision_recall"])
def test_confusions_of_classes_are_measured(name):
    assert name in [read_name(config) for config in classes.make_metrics(5)]
