"""The moments at which a run is killed: while a component works, or while a file is half-made."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

COMPONENTS = (
    "Trainer",
    "ImageExampleGen",
    "StatisticsGen",
    "CuratedSchema",
    "ExampleValidator",
    "AnomalyGate",
    "Transform",
    "BaselineModel",
    "Evaluator",
    "ModelServable",
    "RunReport",
    "Pusher",
)
# What is there for a moment only, below the home of the runs.
HALF_MADE = {
    "the pins are written": "run/pins.json*",
    "a version is copied": "served/flowers/.partial*/*",
    "checkpoints are removed": "run/checkpoints/.removed*",
    "shards are written": "run/artifacts/ImageExampleGen/examples/*/unfinished/*",
}
MOMENTS = (*HALF_MADE, *COMPONENTS)
SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)


@dataclass(frozen=True)
class Kill:
    """A signal, and when it is sent: each moment gets each signal, one after the other."""

    moment: str
    number: signal.Signals
    share: float  # Of the component's usual time, 0..1, after which the signal comes.

    def __str__(self) -> str:
        return f"{self.number.name} {self.share:.2f} of {self.moment}"


def kill(number: int, seed: int) -> Kill:
    """The kill with this number, from 0 on."""
    turn, place = divmod(number, len(MOMENTS))
    share = random.Random(seed * 1_000_003 + number).random()
    return Kill(MOMENTS[place], SIGNALS[(turn + place) % len(SIGNALS)], share)


def wait_for(
    kill: Kill, home: Path, reached: Callable[[str], bool], ended: Callable[[], bool], usual: float
) -> bool:
    """Waits for the moment; False if the run has ended before it came."""
    if kill.moment in HALF_MADE:
        return wait_until(lambda: any(home.glob(HALF_MADE[kill.moment])), ended)
    there = wait_until(lambda: reached(kill.moment), ended)
    time.sleep(kill.share * usual)
    return there and not ended()


def wait_until(is_so: Callable[[], bool], ended: Callable[[], bool]) -> bool:
    """Looks without a pause: some moments last a thousandth of a second."""
    while not is_so():
        if ended():
            return False
    return True
