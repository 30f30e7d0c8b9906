"""Which images form a group, who leads it, and when there are none."""

from __future__ import annotations

import numpy as np

from components.ingestion.near_duplicates import groups

FAR = [0x0123456789ABCDEF * (2 * n + 1) % 2**64 for n in range(20)]  # Unlike each other.


def find(*similar):
    """The groups of 20 images that are unlike each other, and of some with these hashes.

    The prefixes of the first are 100, 101, ...; those of the similar ones are 1, 2, ...
    """
    prefixes = [*range(100, 120), *range(1, 1 + len(similar))]
    return groups.find(np.array(prefixes, np.uint64), np.array([*FAR, *similar], np.uint64))


def leaders(found, *prefixes):
    return [found.find_leader(f"{prefix:016x}" + "f" * 48) for prefix in prefixes]


def test_images_that_are_unlike_each_other_have_no_group():
    found = find()

    assert (len(found.members), found.all_alike) == (0, False)
    assert leaders(found, 100, 7) == ["", ""]


def test_the_smallest_digest_leads():
    found = find(0b11111111, 0)

    assert leaders(found, 1, 2, 100) == [f"{1:016x}", f"{1:016x}", ""]


def test_nine_bits_are_too_many():
    assert leaders(find(0b111111111, 0), 1, 2) == ["", ""]


def test_images_that_are_joined_by_others_are_one_group():
    found = find(0, 2**8 - 1, 2**16 - 1)

    assert set(leaders(found, 1, 2, 3)) == {f"{1:016x}"}


def test_images_of_one_hash_are_a_group():
    assert set(leaders(find(5, 5, 5), 1, 2, 3)) == {f"{1:016x}"}


def test_copies_are_one_image():
    prefixes, hashes = np.array([1, 1, 2], np.uint64), np.array([0, 0, 2**64 - 1], np.uint64)

    assert len(groups.find(prefixes, hashes).members) == 0


def test_a_group_of_more_than_a_fifth_is_none():
    assert find(*[0] * 5).all_alike is False
    assert find(*[0] * 6).all_alike is True
    assert find(*(1 << n for n in range(6))).all_alike is True


def test_a_pair_may_be_all_images_but_three_may_not():
    for count, all_alike in ((2, False), (3, True)):
        found = groups.find(np.arange(count, dtype=np.uint64), np.zeros(count, np.uint64))
        assert found.all_alike is all_alike


def test_no_images_have_no_groups():
    assert len(groups.find(np.zeros(0, np.uint64), np.zeros(0, np.uint64)).members) == 0


def test_a_folder_of_alike_images_is_given_up_at_once():
    """All pairs of 200,000 such hashes would take hours."""
    random = np.random.default_rng(0)
    hashes = random.integers(0, 2**18, 200_000).astype(np.uint64)

    assert groups.find(np.arange(len(hashes), dtype=np.uint64), hashes).all_alike is True
