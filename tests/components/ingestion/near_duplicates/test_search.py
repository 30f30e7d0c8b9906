"""All pairs of similar hashes are found: compared with a comparison of all pairs."""

from __future__ import annotations

import numpy as np
import pytest

from components.ingestion.near_duplicates import search

DIFFERENCES = range(12)


def similar_hashes(count, seed=0):
    """Random hashes, each with variants that differ in 0 to 11 random bits."""
    random = np.random.default_rng(seed)
    found = []
    for base in random.integers(0, 2**64, count, np.uint64):
        for bits in DIFFERENCES:
            flips = random.choice(64, bits, replace=False)
            found.append(int(base) ^ sum(1 << int(bit) for bit in flips))
    return np.unique(np.array(found, np.uint64))


def find(hashes, distance):
    found = np.concatenate(list(search.find_pairs(hashes, distance)))
    return {tuple(sorted(pair)) for pair in found.tolist()}


def compare_all(hashes, distance):
    values = hashes.tolist()
    return {
        (i, j)
        for j in range(len(values))
        for i in range(j)
        if (values[i] ^ values[j]).bit_count() <= distance
    }


@pytest.mark.parametrize("distance", [0, 1, 8, 9])
def test_all_pairs_within_the_distance_are_found_and_no_others(distance):
    hashes = similar_hashes(60)

    assert find(hashes, distance) == compare_all(hashes, distance)


def test_small_chunks_give_the_same_pairs(monkeypatch):
    hashes = similar_hashes(20)
    expected = find(hashes, 8)
    monkeypatch.setattr(search, "CHUNK", 7)

    assert find(hashes, 8) == expected


def test_a_distance_that_bands_would_miss_is_refused():
    with pytest.raises(ValueError, match="distance=10"):
        list(search.find_pairs(similar_hashes(1), 10))


def test_no_hashes_have_no_pairs():
    assert list(search.find_pairs(np.zeros(0, np.uint64), 8)) == []
