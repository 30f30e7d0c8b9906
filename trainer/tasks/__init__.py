"""The tasks of experiments, by name: what a model learns, and what it answers.

One file per task, each with one object of the protocol `Task`. Imports trainer.config,
trainer.data and trainer.export; `components.tasks` and `pipeline.tasks` have registries of the
same names.
"""

from __future__ import annotations

from trainer.config import Recipe
from trainer.tasks.boxes import BOXES
from trainer.tasks.classes import CLASSES
from trainer.tasks.masks import MASKS
from trainer.tasks.task import Task

TASKS: dict[str, Task] = {"boxes": BOXES, "classes": CLASSES, "masks": MASKS}


def find_task(recipe: Recipe) -> Task:
    """The task of a recipe. Raises ValueError for an unknown name."""
    if recipe.task not in TASKS:
        raise ValueError(f"data.task={recipe.task} is unknown: choose one of {', '.join(TASKS)}")
    return TASKS[recipe.task]
