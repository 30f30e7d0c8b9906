"""So many images of each class: exact, the same in every run, and the others are counted."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from components.ingestion import rejects
from tests.fakes import image_files
from tests.fakes.image_files import jpeg, put
from tests.fakes.ingested import ingest
from trainer.data import records

COUNTS = {"train": 7, "val": 1, "test": 3}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """40 images in each of two classes; a copy, and one image under both labels."""
    folder = image_files.class_folders(tmp_path_factory.mktemp("folder"))
    both = jpeg(7003)
    put(folder, {"a/copy.jpg": jpeg(0), "a/both.jpg": both, "b/both.jpg": both})
    return folder


def take(folder, out, **properties):
    counts = json.dumps(list(COUNTS.values()))
    return ingest(folder, out, images_per_class=counts, max_reject_fraction=0.05, **properties)


@pytest.fixture(scope="module")
def found(folder, tmp_path_factory):
    return take(folder, tmp_path_factory.mktemp("out"))


def test_each_split_has_so_many_of_each_class(found):
    for split, count in COUNTS.items():
        labels = Counter(record[records.LABEL_TEXT] for record in found.records(split))
        assert labels == {b"a": count, b"b": count}


def test_the_others_are_rows_of_their_own_and_do_not_stop_the_run(found):
    surplus = [reject for reject in found.rejects if reject.reason == rejects.SURPLUS]

    assert len(surplus) == 80 - 2 * sum(COUNTS.values())
    assert sum(found.summary.files.values()) == 83
    assert Counter(found.reasons.values())[rejects.CONFLICTING_LABELS] == 2


def test_the_same_images_are_taken_whatever_the_shards(folder, found, tmp_path):
    again = take(folder, tmp_path, shards=5)

    assert names(again) == names(found)


def test_those_with_the_smallest_digests_are_taken(folder, found, tmp_path):
    everything = ingest(folder, tmp_path)

    for split, count in COUNTS.items():
        taken = {record[records.SHA256] for record in found.records(split)}
        of_a, of_b = (
            sorted(r[records.SHA256] for r in everything.records(split) if r[records.LABEL] == n)
            for n in (0, 1)
        )
        assert taken == {*of_a[:count], *of_b[:count]}


def names(found) -> set[bytes]:
    return {record[records.FILENAME] for record in found.all_records}
