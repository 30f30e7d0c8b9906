"""The metrics that TFMA measures of a classifier."""

import pytest

from components.metrics.results import read_name
from pipeline.tasks import classes
from trainer import configs
from trainer.gate_checks import METRICS

MEASURED = [read_name(config) for config in classes.make_metrics(configs.load("flowers"))]


def test_each_metric_of_a_gate_is_measured():
    assert set(METRICS["classes"]) < set(MEASURED)


@pytest.mark.parametrize("name", ["confusion", "class_precision_recall"])
def test_confusions_of_classes_are_measured(name):
    assert name in MEASURED
