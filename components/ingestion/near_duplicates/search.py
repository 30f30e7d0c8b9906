"""Finds all pairs of 64-bit hashes that differ in few bits, without comparing all pairs.

Two hashes that differ in at most 9 bits differ in at most one bit of one of their five bands. So
each hash is compared only with those that have the same band, or one that differs in one bit: of n
random hashes, with n / 110 others.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

HASH_BITS = 64
BANDS = 5
BAND_BITS = 13  # The last band has 12.
MAX_DISTANCE = 2 * BANDS - 1  # Bits: at a larger distance, pairs would be missed.
CHUNK = 2**20  # Pairs that are compared at a time, and about 100 bytes for each.

Hashes = NDArray[np.uint64]
Indices = NDArray[np.intp]

_ONES = np.array([value.bit_count() for value in range(2**16)], np.uint8)


def find_pairs(hashes: Hashes, distance: int) -> Iterator[Indices]:
    """Yields pairs of positions [P, 2] whose hashes differ in at most `distance` bits.

    `hashes` are unique. A pair may be yielded several times.
    """
    if distance > MAX_DISTANCE:
        raise ValueError(f"distance={distance}: at most {MAX_DISTANCE} is possible")
    for candidates in _find_candidates(hashes):
        differences = _count_bits(hashes[candidates[:, 0]] ^ hashes[candidates[:, 1]])
        yield candidates[differences <= distance]


def _find_candidates(hashes: Hashes) -> Iterator[Indices]:
    for band in range(BANDS):
        keys = _take_band(hashes, band)
        order = np.argsort(keys, kind="stable")
        starts = np.searchsorted(keys[order], np.arange(2**BAND_BITS + 1))
        for pairs in _match(np.arange(len(keys)), keys, order, starts):
            yield pairs[pairs[:, 0] < pairs[:, 1]]
        for flip in 1 << np.arange(min(BAND_BITS, HASH_BITS - band * BAND_BITS)):
            rows = np.flatnonzero(keys & flip == 0)  # The others meet them.
            yield from _match(rows, keys[rows] | flip, order, starts)


def _match(rows: Indices, wanted: Indices, order: Indices, starts: Indices) -> Iterator[Indices]:
    """Yields, for each row, its pairs with all positions whose key is the wanted one."""
    counts = starts[wanted + 1] - starts[wanted]
    for part in _cut(counts):
        times, ends = counts[part], np.cumsum(counts[part])
        offsets = np.arange(ends[-1]) - np.repeat(ends - times, times)
        places = np.repeat(starts[wanted[part]], times) + offsets
        yield np.stack([np.repeat(rows[part], times), order[places]], axis=1)


def _cut(counts: Indices) -> Iterator[slice]:
    """Cuts the rows into parts of about CHUNK pairs; one row may have more."""
    chunks = np.cumsum(counts) // CHUNK
    bounds = [0, *(np.flatnonzero(np.diff(chunks)) + 1).tolist(), len(counts)]
    yield from (slice(*pair) for pair in itertools.pairwise(bounds) if pair[0] < pair[1])


def _take_band(hashes: Hashes, band: int) -> Indices:
    return ((hashes >> np.uint64(band * BAND_BITS)) & np.uint64(2**BAND_BITS - 1)).astype(np.intp)


def _count_bits(values: Hashes) -> NDArray[np.uint8]:
    return _ONES[values.view(np.uint16)].reshape(-1, 4).sum(axis=1, dtype=np.uint8)
