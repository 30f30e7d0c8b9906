"""The registry of tasks: an experiment has one of them."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace

import pytest

from tests.fakes import tiny
from trainer import tasks


@pytest.mark.parametrize(
    ("experiment", "name"), [(tiny.EXPERIMENT, "classes"), (tiny.MASKS, "masks")]
)
def test_masks_make_a_task_one_of_pixels(experiment, name):
    assert experiment.task == name
    assert tasks.find_task(experiment) is tasks.TASKS[name]


def test_an_unknown_task_is_refused_with_those_there_are():
    data = replace(tiny.EXPERIMENT.data, task="boxes")

    with pytest.raises(ValueError, match=r"data\.task=boxes .* classes, masks"):
        tasks.find_task(replace(tiny.EXPERIMENT, data=data))


@pytest.mark.parametrize(
    ("experiment", "task"), [(tiny.EXPERIMENT, "masks"), (tiny.MASKS, "classes")]
)
def test_a_task_that_contradicts_the_data_is_refused(experiment, task):
    with pytest.raises(ValueError, match=rf"data\.task={task} .*data\.mask"):
        replace(experiment, data=replace(experiment.data, task=task))


@pytest.mark.parametrize("task", tasks.TASKS.values(), ids=tasks.TASKS)
def test_a_task_is_frozen(task):
    with pytest.raises(FrozenInstanceError):
        task.padding = 1
