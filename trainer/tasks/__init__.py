"""The tasks that an experiment may have, by name: what is learned, and what the model answers.

One file per task, each with one object of the protocol `Task`. Imports trainer.data and
trainer.export; `components.tasks` and `pipeline.tasks` have a registry of the same names.
"""

from __future__ import annotations

from trainer.config import Recipe
from trainer.tasks.classes import CLASSES
from trainer.tasks.masks import MASKS
from trainer.tasks.task import Task

TASKS: dict[str, Task] = {"classes": CLASSES, "masks": MASKS}


def of(recipe: Recipe) -> Task:
    """The task of a recipe.

    Raises ValueError if there is no task of that name.
    """
    if recipe.task not in TASKS:
        raise ValueError(f"data.task={recipe.task} is unknown: choose one of {', '.join(TASKS)}")
    return TASKS[recipe.task]
