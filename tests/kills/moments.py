"""The moments at which a run is killed: while a component works, or while a file is half-made."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

# What exists for a moment only, below the home of the runs.
HALF_MADE = {
    "the pins are written": "run/pins.json*",
    "shards are written": "run/artifacts/ImageExampleGen/examples/*/unfinished/*",
    "checkpoints are removed": "run/checkpoints/.removed*",
    "a version is copied": "served/flowers/.partial*/*",
}
# In the order of a run: a step that has finished is cached, so it cannot be killed later.
MOMENTS = (
    "the pins are written",
    "CuratedSchema",
    "ImageExampleGen",
    "shards are written",
    "StatisticsGen",
    "ExampleValidator",
    "AnomalyGate",
    "Transform",
    "Trainer",
    "checkpoints are removed",
    "BaselineModel",
    "Evaluator",
    "ModelServable",
    "RunReport",
    "Pusher",
    "a version is copied",
)
SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)


@dataclass(frozen=True)
class Kill:
    """A signal, and when it is sent: each moment gets each signal, one after the other."""

    moment: str
    number: signal.Signals
    share: float  # Of the component's usual time, 0..1, after which the signal comes.

    def __str__(self) -> str:
        return f"{self.number.name} {self.share:.2f} of {self.moment}"


def plan(kills: int, seed: int) -> list[list[Kill]]:
    """Chains of kills, each with its moments in the order of a run; a short one skips some."""
    chains = []
    for turn, start in enumerate(range(0, kills, len(MOMENTS))):
        length = min(len(MOMENTS), kills - start)
        places = [(n + 1) * len(MOMENTS) // length - 1 for n in range(length)]
        chains.append([make_kill(turn, place, seed) for place in places])
    return chains


def make_kill(turn: int, place: int, seed: int) -> Kill:
    """The kill at one of MOMENTS; each chain sends it another signal."""
    share = random.Random(f"{seed} {turn} {place}").random()
    return Kill(MOMENTS[place], SIGNALS[(turn + place) % len(SIGNALS)], share)


def wait_for(
    kill: Kill, home: Path, reached: Callable[[str], bool], ended: Callable[[], bool], usual: float
) -> bool:
    """Waits for the moment; False if the run has ended before it came."""
    if kill.moment in HALF_MADE:
        return wait_until(lambda: any(home.glob(HALF_MADE[kill.moment])), ended)
    there = wait_until(lambda: reached(kill.moment), ended, pause=0.01)
    time.sleep(kill.share * usual)
    return there and not ended()


def wait_until(is_so: Callable[[], bool], ended: Callable[[], bool], pause: float = 0.0) -> bool:
    """Looks again after `pause` seconds: none for moments that last a thousandth of a second."""
    while not is_so():
        if ended():
            return False
        time.sleep(pause)
    return True
