"""The kinds of task: whole images have a class, or their pixels have one each, a mask.

Each module has the same functions: what is parsed and learned of an example, how a view is drawn
from it, and what the model is held against.
"""

from __future__ import annotations

from types import ModuleType

from trainer.config import Recipe
from trainer.tasks import classes, masks


def of(experiment: Recipe) -> ModuleType:
    """The task of an experiment."""
    return masks if experiment.data.mask else classes
