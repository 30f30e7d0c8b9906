"""The registry of tasks: an experiment has one of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.fakes import tiny
from trainer import tasks


@pytest.mark.parametrize(
    ("experiment", "name"), [(tiny.EXPERIMENT, "classes"), (tiny.MASKS, "masks")]
)
def test_the_data_decides_the_task(experiment, name):
    assert experiment.task == name
    assert tasks.find_task(experiment) is tasks.TASKS[name]


def test_an_unknown_task_is_refused_with_those_that_exist():
    data = replace(tiny.EXPERIMENT.data, task="poses")

    with pytest.raises(ValueError, match=r"data\.task=poses .*boxes, classes, masks"):
        tasks.find_task(replace(tiny.EXPERIMENT, data=data))


@pytest.mark.parametrize(
    ("experiment", "task"), [(tiny.EXPERIMENT, "masks"), (tiny.MASKS, "classes")]
)
def test_a_task_that_contradicts_the_data_is_refused(experiment, task):
    with pytest.raises(ValueError, match=rf"data\.task={task} .*data\.mask"):
        replace(experiment, data=replace(experiment.data, task=task))
