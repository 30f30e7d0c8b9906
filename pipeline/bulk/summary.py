"""The summary of a run: written last, so that a folder with one is complete."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

from components import atomic_text
from pipeline.bulk.answering import ANSWERS, FOUND, REJECTS
from pipeline.bulk.listing import LEFT_OUT

FILE = "summary.json"


@dataclass(frozen=True)
class BulkSummary:
    """How many images were found, answered and rejected, and what was left out of the folders."""

    model: str
    found: int
    answers: int
    rejects: int
    left_out: dict[str, int]  # Files by kind.


def write(
    counts: dict[str, int], folder: str, model: str, *files: Iterable[Sequence[str]]
) -> BulkSummary:
    """Writes the summary into the folder of answers.

    `files` are not read: Beam makes them before it calls this. Raises RuntimeError if an image is
    neither answered nor rejected.
    """
    summary = BulkSummary(
        model=model,
        found=counts.get(FOUND, 0),
        answers=counts.get(ANSWERS, 0),
        rejects=counts.get(REJECTS, 0),
        left_out={
            name.removeprefix(LEFT_OUT): number
            for name, number in sorted(counts.items())
            if name.startswith(LEFT_OUT)
        },
    )
    if summary.found != summary.answers + summary.rejects:
        raise RuntimeError(f"{summary}: found must be the sum of answers and rejects.")
    atomic_text.write(f"{folder}/{FILE}", json.dumps(asdict(summary), indent=2) + "\n")
    return summary


def read(folder: str) -> BulkSummary:
    """The summary in a folder of answers."""
    return BulkSummary(**json.loads(atomic_text.read(f"{folder}/{FILE}")))
