"""What a served model adds to its answers about how sure it is."""

from __future__ import annotations

from pydantic import StrictBool
from pydantic.dataclasses import dataclass

from trainer.config_values import KNOWN_NAMES_ONLY, FractionAbove0


@dataclass(frozen=True, kw_only=True, config=KNOWN_NAMES_ONLY)
class ServeConfig:
    """How sure a model is: see trainer/export/certainty.py."""

    calibrated: StrictBool = True  # Probabilities fit the validation split: see calibration.py.
    unknown_below: FractionAbove0 | None = None  # Not masks: below it, an answer is `unknown`.
    confidence: StrictBool = False  # Masks only: also the probability of each pixel's class.
