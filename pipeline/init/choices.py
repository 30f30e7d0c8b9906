"""Values of an experiment with the reason for each: the file's comments, and what is printed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from trainer.config import Experiment
from trainer.overrides import apply_overrides


class Choice(NamedTuple):
    """A value, and why: a few words in one line."""

    value: Any  # Of JSON's types, without null.
    reason: str = ""


Choices = dict[str, Choice]  # By the value's name, as `--set` takes it.


def apply(experiment: Experiment, choices: Mapping[str, Choice]) -> Experiment:
    """The experiment with the values. Raises ValueError for an invalid one."""
    return apply_overrides(
        experiment, [f"{name}={json.dumps(choice.value)}" for name, choice in choices.items()]
    )
