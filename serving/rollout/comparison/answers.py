"""Compares the canary's answers with those of the stable version, on a folder of images."""

from __future__ import annotations

import hashlib
import heapq
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from serving import left_out
from serving.client import Client, RequestRejected
from serving.client.answers import Answer
from serving.rollout.comparison.differences import AGREEMENT, FAILED, METRICS, measure
from serving.rollout.errors import RolloutRefused

WORST = 20  # Images on the page.


@dataclass(frozen=True)
class Difference:
    """What the versions answer about one image, and how much it differs."""

    file: Path
    metrics: dict[str, float]
    stable: Answer
    canary: Answer | None  # None if it could not answer; `error` says why.
    error: str = ""


@dataclass(frozen=True)
class Comparison:
    """Means over the images; the images with the least agreement, worst first."""

    images: int
    skipped: int  # Files that the stable version could not answer either.
    metrics: dict[str, float]
    worst: list[Difference]


def compare(stable: Client, canary: Client, files: Iterable[Path]) -> Comparison:
    """Asks both versions about each file.

    Raises RolloutRefused if no file is an image, ServingError if a server does not answer, and
    OSError.
    """
    sums: Counter[str] = Counter()
    counts: Counter[str] = Counter()
    worst: list[Difference] = []
    skipped = 0
    for file in files:
        found = ask_both(stable, canary, file)
        if found:
            sums.update(found.metrics)
            counts.update(found.metrics.keys())
            worst = heapq.nsmallest(WORST, [*worst, found], key=_rank)
        skipped += found is None
    if not counts:
        raise RolloutRefused(f"The stable version could answer none of {skipped} files.")
    means = {metric: sums[metric] / counts[metric] for metric in METRICS if metric in counts}
    differing = [found for found in worst if found.metrics[AGREEMENT] < 1]
    return Comparison(counts[AGREEMENT], skipped, means, differing)


def ask_both(stable: Client, canary: Client, file: Path) -> Difference | None:
    """The two answers about a file; None if the stable version has none."""
    encoded = file.read_bytes()
    try:
        [expected] = stable.ask([encoded])
    except RequestRejected:
        return None
    try:
        [found] = canary.ask([encoded])
    except RequestRejected as error:
        return Difference(file, {AGREEMENT: 0.0, FAILED: 1.0}, expected, None, str(error))
    return Difference(file, {**measure(expected, found), FAILED: 0.0}, expected, found)


def choose_files(folder: Path, most: int) -> list[Path]:
    """At most so many files of a folder and its subfolders, by a hash of their paths.

    The choice is the same every time, and mixes subfolders. Files that ingestion leaves out for
    their names are left out. Raises RolloutRefused without a file.
    """
    files = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    images = (path for path in files if not left_out.find_kind(path.as_posix()))
    chosen = [folder / path for path in heapq.nsmallest(most, images, key=_digest)]
    if not chosen:
        raise RolloutRefused(f"--images {folder} is not a folder with files in it.")
    return chosen


def _rank(found: Difference) -> float:
    return found.metrics[AGREEMENT]


def _digest(path: Path) -> bytes:
    return hashlib.sha256(str(path).encode("utf-8", "surrogateescape")).digest()
