"""The kinds of task: one shape, so that nothing else asks which it is."""

from __future__ import annotations

import inspect

from tests.fakes import tiny
from trainer import tasks
from trainer.tasks import classes, masks

VALUES = ("FEATURES", "BYTES_PER_PIXEL", "PADDING")
FUNCTIONS = ("target", "view", "mixed", "loss", "metrics")


def test_masks_make_a_task_one_of_pixels():
    assert tasks.of(tiny.MASKS) is masks
    assert tasks.of(tiny.EXPERIMENT) is classes


def test_the_tasks_have_the_same_functions():
    for name in FUNCTIONS:
        one, other = (inspect.signature(getattr(task, name)) for task in (classes, masks))
        assert [p.annotation for p in one.parameters.values()] == [
            p.annotation for p in other.parameters.values()
        ]
        assert one.return_annotation == other.return_annotation


def test_the_tasks_have_the_same_values():
    assert all(hasattr(task, name) for task in (classes, masks) for name in VALUES)
