"""Groups of images that look alike: by single linkage, each pair within DISTANCE joins its groups.

Images are known by the first eight bytes of their digest, which also decide a split.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from components.ingestion.near_duplicates import search
from components.ingestion.near_duplicates.search import Hashes, Indices

DISTANCE = 8  # Bits of 64: see docs/decisions/0015-near-duplicates.md.
MAX_SHARE = 5  # A group of more than a fifth of the images does not count.
MIN_ALIKE = 2  # So many images may look alike in any folder.
PREFIX = 16  # Hexadecimal digits of a digest.


def _make_empty() -> NDArray[np.uint64]:
    return np.zeros(0, np.uint64)


@dataclass(frozen=True)
class Groups:
    """The groups of two and more images, as two arrays: 16 bytes for each image in a group."""

    members: NDArray[np.uint64] = field(default_factory=_make_empty)  # Digests' prefixes, sorted.
    leaders: NDArray[np.uint64] = field(default_factory=_make_empty)  # Of each member's group.
    all_alike: bool = False  # The hashes do not tell these images apart: there are no groups.

    def find_leader(self, digest: str) -> str:
        """Returns the prefix of the digest that decides for its group; empty if it has none."""
        prefix = np.uint64(int(digest[:PREFIX], 16))
        place = int(np.searchsorted(self.members, prefix))
        if place == len(self.members) or self.members[place] != prefix:
            return ""
        return f"{int(self.leaders[place]):0{PREFIX}x}"


def find(prefixes: NDArray[np.uint64], hashes: Hashes) -> Groups:
    """Finds the groups of images with these prefixes of digests and these hashes, in any order.

    The smallest digest of a group leads it.
    """
    prefixes, kept = np.unique(prefixes, return_index=True)  # Copies are one image.
    labels = _join(hashes[kept])
    if labels is None:
        return Groups(all_alike=True)
    _, first, label, sizes = np.unique(
        labels, return_index=True, return_inverse=True, return_counts=True
    )
    in_group = sizes[label] > 1
    return Groups(prefixes[in_group], prefixes[first[label]][in_group])


def _join(hashes: Hashes) -> Indices | None:
    """Returns the number of each image's group; None if one is too large."""
    limit = max(MIN_ALIKE, len(hashes) / MAX_SHARE)
    unique, inverse, counts = np.unique(hashes, return_inverse=True, return_counts=True)
    labels = np.arange(len(unique))
    if counts.max(initial=0) > limit:
        return None
    for pairs in search.find_pairs(unique, DISTANCE):
        if len(pairs):
            labels = _merge(labels, pairs)
            if np.bincount(labels, counts).max() > limit:
                return None  # At once: alike hashes have too many pairs to find them all.
    return labels[inverse]


def _merge(labels: Indices, pairs: Indices) -> Indices:
    first, second = labels[pairs[:, 0]], labels[pairs[:, 1]]
    size = int(labels.max()) + 1
    joined = coo_array((np.ones(len(pairs), np.int8), (first, second)), shape=(size, size))
    _, merged = connected_components(joined, directed=False)
    return merged[labels].astype(np.intp)
