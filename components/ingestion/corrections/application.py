"""Applies decisions to examined files, and counts what became of each decision."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from components.errors import DataError
from components.ingestion import rejects
from components.ingestion.corrections.file import REMOVE, RIGHT, WRONG, Corrections
from components.ingestion.examination import ExaminedFile
from components.ingestion.layouts.left_out import name_some
from serving import printable

APPLIED = "applied"  # The example has the new label.
REMOVED = "removed"
CONFIRMED = "confirmed"  # The folder has the label that the person wanted.
STALE = "stale"  # The folder has another label than the person saw: nothing was changed.
REJECT = "of_a_reject"  # The file is a reject for another reason.
NOT_FOUND = "not_found"  # No file has this content.
OUTCOMES = (APPLIED, REMOVED, CONFIRMED, STALE, REJECT, NOT_FOUND)  # Copies: the first one counts.
UNMATCHED = (STALE, REJECT, NOT_FOUND)

Outcomes = Mapping[str, Sequence[str]]  # The paths of decisions by outcome.


def correct(file: ExaminedFile, corrections: Corrections) -> ExaminedFile:
    """Changes the label of a file, or makes it a reject, as was decided about its content."""
    correction = corrections.get(file.digest)
    if correction is None:
        return file
    if file.reason:
        return replace(file, correction=REJECT)
    wanted = {RIGHT: correction.given, WRONG: correction.label}.get(correction.decision)
    if file.label == wanted:
        return replace(file, correction=CONFIRMED)
    if file.label != correction.given:
        return replace(file, correction=STALE)
    if correction.decision == REMOVE:
        detail = "removed by the corrections"
        return replace(file, correction=REMOVED, reason=rejects.REMOVED, detail=detail)
    return replace(file, correction=APPLIED, label=correction.label)


def check_labels(corrections: Corrections, classes: Sequence[str], path: str) -> None:
    """Raises DataError for a new label that is not a class of the folder."""
    for each in corrections.values():
        if each.label and each.label not in classes:
            raise DataError(
                "corrections_unusable",
                f"{path}: the new label {each.label!r} of {each.path!r} is not a class of the "
                f"folder ({name_some(classes)}). Fix or remove the line.",
            )


def collect_outcomes(files: Iterable[ExaminedFile], corrections: Corrections) -> Outcomes:
    """Gives each decision one outcome; the outcomes that occur, with the paths of decisions."""
    best: dict[str, str] = {}
    for file in files:
        if file.correction:
            known = best.get(file.digest, NOT_FOUND)
            best[file.digest] = min(known, file.correction, key=OUTCOMES.index)
    paths: dict[str, list[str]] = {outcome: [] for outcome in OUTCOMES}
    for digest, correction in corrections.items():
        paths[best.get(digest, NOT_FOUND)].append(correction.path)
    return {outcome: found for outcome, found in paths.items() if found}


def describe(counts: Mapping[str, int], first: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Says how many decisions there are, and names some that had no effect."""
    parts = (f"{count} {outcome.replace('_', ' ')}" for outcome, count in counts.items())
    yield f"corrections: {sum(counts.values())} = {' + '.join(parts)}"
    for outcome in UNMATCHED:
        if outcome in counts:
            more = ", …" if counts[outcome] > len(first[outcome]) else ""
            names = ", ".join(map(printable.name, first[outcome]))
            yield f"corrections without effect: {outcome.replace('_', ' ')} ({names}{more})"
