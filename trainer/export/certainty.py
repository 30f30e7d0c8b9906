"""How sure a module is of its answers: what its signatures do with probabilities."""

from __future__ import annotations

from typing import NamedTuple

import tensorflow as tf

from trainer.calibration import fitting


class Certainty(NamedTuple):
    """A temperature, and what the experiment wants to be returned."""

    temperature: float = 1.0  # What logits are divided by.
    unknown_below: float | None = None
    confidence: bool = False

    def calibrate(self, probabilities: tf.Tensor) -> tf.Tensor:
        """Calibrated probabilities [..., C]; the most probable class stays."""
        return fitting.scale(probabilities, self.temperature)

    def flag_unknown(self, probabilities: tf.Tensor) -> dict[str, tf.Tensor]:
        """The output `unknown`, bool [N]: no class of [N, C] is probable enough. None if unset."""
        if self.unknown_below is None:
            return {}
        return {"unknown": tf.reduce_max(probabilities, axis=-1) < self.unknown_below}
