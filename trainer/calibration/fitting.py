"""Calibration: one number, the temperature, makes probabilities fit the validation split.

Guo et al., On Calibration of Modern Neural Networks (arXiv:1706.04599), section 4.2: the logits
are divided by a temperature that minimizes the negative log-likelihood. The class with the largest
probability stays the same.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray
from scipy import optimize, special

from trainer.calibration import reliability

SAMPLE = 2**16  # Answers (images or pixels) that are kept to fit the temperature,
VALUES = 2**24  # and probabilities of all of them: 64 MiB.
LIMITS = (0.05, 20.0)  # Of temperatures.
ASSET = "calibration.json"

# For each image [B]: probabilities [B, P, C] of P answers, and their true classes [B, P]; -1 if
# there is none.
Pairs = tuple[NDArray[Any], NDArray[Any]]


@dataclass(frozen=True)
class Calibration:
    """A temperature, and the expected calibration error on the validation split without and with.

    The errors are of the answers that the temperature was fitted on.
    """

    temperature: float
    answers: int
    error_before: float
    error_after: float

    def to_json(self) -> str:
        """As the asset of the SavedModel."""
        return json.dumps(asdict(self), indent=2)


def fit(batches: Iterable[Pairs], images: int) -> Calibration | None:
    """The temperature for the answers about at most this many images; None without answers.

    Memory is bounded by SAMPLE and VALUES. Of an image with many answers, such as a mask, some are
    drawn; the same batches give the same ones.
    """
    probabilities, classes = sample(batches, images)
    if not len(classes):
        return None
    temperature = find_temperature(probabilities, classes)
    after = special.softmax(take_log(probabilities) / temperature, axis=1)
    found = Calibration(
        temperature=temperature,
        answers=len(classes),
        error_before=reliability.measure_error(probabilities, classes),
        error_after=reliability.measure_error(after, classes),
    )
    logging.getLogger(__name__).info("Calibration on the validation split: %s", found)
    return found


def sample(batches: Iterable[Pairs], images: int) -> Pairs:
    """Probabilities [M, C] and classes [M] of answers; as many of each image if it has them."""
    rows: list[NDArray[Any]] = []
    truths: list[NDArray[Any]] = []
    for probabilities, classes in draw(batches, images):
        rows.append(probabilities)
        truths.append(classes)
    if not rows:
        return np.zeros((0, 1), np.float32), np.zeros(0, int)
    return np.concatenate(rows), np.concatenate(truths)


def draw(batches: Iterable[Pairs], images: int) -> Iterator[Pairs]:
    """Draws answers of each image, until there are as many as may be kept."""
    random = np.random.default_rng(0)
    kept = 0
    for probabilities, classes in batches:
        most = max(1, min(SAMPLE, VALUES // probabilities.shape[-1]))
        each = max(1, most // max(1, images))
        for own, truths in zip(probabilities, classes, strict=True):
            known = np.flatnonzero(truths >= 0)
            if len(known) > each:
                known = random.choice(known, each, replace=False)
            known = known[: most - kept]
            kept += len(known)
            if len(known):
                yield own[known], truths[known]
        if kept >= most:
            return


def find_temperature(probabilities: NDArray[Any], classes: NDArray[Any]) -> float:
    """The temperature of least negative log-likelihood, for [M, C] and [M].

    It is 1 if all answers are right: the least would then be at temperature 0, with which the model
    would be certain of everything.
    """
    logs = take_log(probabilities)
    if np.all(logs.argmax(axis=1) == classes):
        return 1.0
    own = np.take_along_axis(logs, classes[:, np.newaxis], axis=1)[:, 0]

    def compute_loss(log_temperature: float) -> float:
        factor = np.exp(-log_temperature)
        return float(np.mean(special.logsumexp(factor * logs, axis=1) - factor * own))

    found = optimize.minimize_scalar(
        compute_loss, bounds=np.log(LIMITS), method="bounded", options={"xatol": 1e-4}
    )
    return float(np.exp(found.x))


def take_log(probabilities: NDArray[Any]) -> NDArray[Any]:
    """Logarithms; those of 0 are finite."""
    return np.log(np.maximum(probabilities, np.finfo(np.float32).tiny))


def scale(probabilities: tf.Tensor, temperature: float) -> tf.Tensor:
    """Probabilities [..., C] as they are when their logits are divided by the temperature."""
    if temperature == 1:
        return probabilities
    least = np.finfo(np.float32).tiny
    return tf.nn.softmax(tf.math.log(tf.maximum(probabilities, least)) / temperature)


def read(text: str) -> Calibration:
    """Reads what `Calibration.to_json` wrote."""
    values: dict[str, Any] = json.loads(text)
    return Calibration(**values)
