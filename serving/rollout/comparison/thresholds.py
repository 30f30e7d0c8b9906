"""Thresholds of a promotion, as `--when` gives them: "agreement>=0.98"."""

from __future__ import annotations

import operator
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from serving.rollout.errors import RolloutRefused

FORM = re.compile(r"\s*(\w+)\s*(>=|<=|>|<)\s*([-+.\w]+)\s*")
COMPARE = {">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt}


@dataclass(frozen=True)
class Threshold:
    """What a metric of the comparison must be."""

    metric: str
    sign: str
    limit: float

    def is_met(self, value: float) -> bool:
        """Whether a value is on the right side."""
        return bool(COMPARE[self.sign](value, self.limit))


def read_thresholds(texts: Iterable[str], known: Iterable[str]) -> list[Threshold]:
    """Parses the options. Raises RolloutRefused, with the metrics that there are."""
    return [_read(text, sorted(known)) for text in texts]


def list_failures(thresholds: Iterable[Threshold], metrics: Mapping[str, float]) -> list[str]:
    """A sentence for each threshold that is not met. Raises RolloutRefused for a missing metric."""
    failures = []
    for threshold in thresholds:
        if threshold.metric not in metrics:
            raise RolloutRefused(
                f"These answers have no {threshold.metric}, only {', '.join(metrics)}: "
                f"change --when."
            )
        value = metrics[threshold.metric]
        if not threshold.is_met(value):
            limit = f"{threshold.sign}{threshold.limit:g}"
            failures.append(f"{threshold.metric} is {value:.4f}; --when requires {limit}.")
    return failures


def _read(text: str, known: list[str]) -> Threshold:
    found = FORM.fullmatch(text)
    try:
        if found and found[1] in known:
            return Threshold(found[1], found[2], float(found[3]))
    except ValueError:  # The limit is not a number.
        pass
    raise RolloutRefused(
        f"--when {text!r} is not METRIC>=NUMBER (or <=, >, <). Metrics: {', '.join(known)}."
    )
