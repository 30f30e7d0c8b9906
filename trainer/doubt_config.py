"""The page "Labels to doubt" of a run: how much is on it, and who judges."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, StrictInt
from pydantic.dataclasses import dataclass

from trainer.config_values import KNOWN_NAMES_ONLY, CountOrNone

MOST = 1000  # Images on the page, about 15 kB each.


def _check_folds(number: int) -> int:
    if number == 1:
        raise ValueError("one fold leaves nothing to learn: use 2 or more, or 0 for none")
    return number


Folds = Annotated[CountOrNone, AfterValidator(_check_folds)]


@dataclass(frozen=True, kw_only=True, config=KNOWN_NAMES_ONLY)
class DoubtConfig:
    """Which labels of a run are probably wrong. Nothing of it is part of the training."""

    most: Annotated[StrictInt, Field(ge=1, le=MOST)] = 100  # Images on the page.
    # Of the EfficientNet-Lite0 that judges labels: "imagenet", a file, or "none": random ones.
    weights: Annotated[str, Field(min_length=1)] = "imagenet"
    own_folds: Folds = 0  # Trainings of the experiment's network, which judges then; 0: none.
