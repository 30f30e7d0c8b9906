"""The list of doubts, which the page shows: a file that `fcn review` reads."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass


@dataclass(frozen=True)
class Twin:
    """An image that looks like another one."""

    path: str
    label: str
    split: str


@dataclass(frozen=True)
class Doubt:
    """One image whose label, or a region of whose mask, is probably wrong."""

    sha256: str
    path: str
    split: str
    label: str  # The image's own; of an image with a mask it may be empty.
    given: str  # The class that is doubted: the label, or that of the region in the mask.
    likely: str
    confidence: float  # Probability of the likely class, 0..1; of a region, its mean.
    given_confidence: float  # The same of the given class.
    pictures: tuple[str, ...] = ()  # Data URIs.
    note: str = ""
    twins: tuple[Twin, ...] = ()  # A few.
    twin_count: int = 0


@dataclass(frozen=True)
class DoubtList:
    """The most doubtful images first, a bounded number of them."""

    name: str  # Of the experiment.
    kind: Literal["label", "mask"]
    images: int  # That were judged.
    left: int  # That were not: there is a limit.
    doubted: int  # All images that are probably wrong; `doubts` has the first of them.
    doubts: tuple[Doubt, ...]
    classes: tuple[str, ...]  # That a new label may have.
    twin_groups: tuple[tuple[Twin, ...], ...] = ()  # Near-duplicates that differ, the first ones.
    twin_group_count: int = 0

    @property
    def summary(self) -> str:
        """How many images are doubted: one sentence."""
        count = f"{self.doubted} of {self.images} images"
        if self.kind == "mask":
            return f"In {count}, the segmenter is sure of another class in a region of the mask."
        return f"{count} have a label that is probably wrong."


_ADAPTER = TypeAdapter(DoubtList)


def to_json(found: DoubtList) -> str:
    """The list as `read` takes it."""
    return _ADAPTER.dump_json(found).decode("utf-8")


def read(path: Path) -> DoubtList:
    """Reads the list. Raises ValueError for any other file, OSError if there is none."""
    try:
        return _ADAPTER.validate_json(path.read_bytes())
    except ValidationError as error:
        raise ValueError(
            f"{path} is not a list that this version of `fcn doubt` wrote: run it again."
        ) from error
