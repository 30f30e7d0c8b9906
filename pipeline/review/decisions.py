"""The decisions of a review: each is in the file before it is confirmed, and a review resumes."""

from __future__ import annotations

from pathlib import Path

from components.doubt.listing import DoubtList
from components.ingestion.corrections import file
from components.ingestion.corrections.file import WRONG, Correction, Corrections

UNDO = ""


class Decisions:
    """The decisions of a file, among them those of earlier reviews; for one thread."""

    def __init__(self, path: Path, found: DoubtList) -> None:
        """Raises DataError for a file that is not of corrections."""
        self.path = path
        self._doubts = {doubt.sha256: doubt for doubt in found.doubts}
        self._classes = found.classes
        self._made: Corrections = file.read(str(path)) if path.exists() else {}

    @property
    def made(self) -> Corrections:
        """All decisions, by sha256."""
        return dict(self._made)

    def decide(self, sha256: str, decision: str, label: str) -> None:
        """Writes a decision, or removes it if it is UNDO.

        Raises ValueError for an image that is not in the list, or a label that does not fit.
        """
        if sha256 not in self._doubts:
            raise ValueError(f"{sha256!r} is not an image of this list")
        changed = self.made
        if decision == UNDO:
            changed.pop(sha256, None)
        else:
            changed[sha256] = self._correct(sha256, decision, label)
        file.write(str(self.path), changed.values())
        self._made = changed

    def _correct(self, sha256: str, decision: str, label: str) -> Correction:
        doubt = self._doubts[sha256]
        if decision == WRONG and (label == doubt.label or label not in self._classes):
            raise ValueError(f"{label!r} is not another class of these images")
        return Correction(sha256, doubt.path, doubt.label, decision, label)
