"""How many examples look alike, and whether a group is in several splits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class NearDuplicates:
    """Examples that look alike. Images of one group are in one split, unless theirs is given."""

    groups: int = 0
    images: int = 0  # In these groups.
    parted: int = 0  # Pairs of images of one group that are in different splits.


def count(examples: Iterable[tuple[str, str]]) -> NearDuplicates:
    """Counts the groups, from the group of each example (empty if it has none) and its split."""
    splits: dict[str, Counter[str]] = {}
    for group, split in examples:
        if group:
            splits.setdefault(group, Counter())[split] += 1
    groups = [counts for counts in splits.values() if counts.total() > 1]  # Copies are rejects.
    return NearDuplicates(
        groups=len(groups),
        images=sum(counts.total() for counts in groups),
        parted=sum(_count_pairs(c.total()) - sum(map(_count_pairs, c.values())) for c in groups),
    )


def describe(found: NearDuplicates) -> str:
    """Describes the groups in one sentence, and warns of those that are in several splits."""
    text = f"near-duplicates: {found.images} images in {found.groups} groups"
    if not found.parted:
        return f"{text}, each in one split"
    return f"{text}; {found.parted} pairs are in different splits: test scores may be too good"


def _count_pairs(images: int) -> int:
    return images * (images - 1) // 2
