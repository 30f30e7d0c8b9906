"""Ingestion with corrections: each decision has one outcome, and the folder stays as it is."""

from __future__ import annotations

import hashlib

import pytest

from components.errors import DataError
from components.ingestion import rejects
from components.ingestion.corrections import application, file
from components.ingestion.corrections.file import Correction
from tests.fakes import image_files
from tests.fakes.image_files import jpeg, put
from tests.fakes.ingested import ingest
from trainer.data import records

MISSING = "0f" * 32


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """40 images in each of two classes; one image under both labels; one that is damaged."""
    folder = image_files.class_folders(tmp_path_factory.mktemp("folder"))
    both = jpeg(7003)
    return put(folder, {"a/both.jpg": both, "b/both.jpg": both, "a/bad.jpg": b"damaged"})


def decide(folder, path, decision, label="", given=""):
    digest = hashlib.sha256((folder / path).read_bytes()).hexdigest()
    return Correction(digest, path, given or path.split("/")[0], decision, label)


@pytest.fixture(scope="module")
def paths(folder):
    a = sorted(each.name for each in (folder / "a").iterdir() if each.name[0] != "b")
    return [f"a/{name}" for name in a]


@pytest.fixture(scope="module")
def decisions(folder, paths):
    return [
        decide(folder, paths[0], "wrong", "b"),
        decide(folder, paths[1], "remove"),
        decide(folder, paths[2], "right"),
        decide(folder, paths[3], "wrong", "a", given="b"),
        decide(folder, paths[4], "remove", given="b"),
        decide(folder, "a/bad.jpg", "remove"),
        decide(folder, "a/both.jpg", "wrong", "b"),
        Correction(MISSING, "a/gone.jpg", "a", "remove"),
    ]


@pytest.fixture(scope="module")
def plain(folder, tmp_path_factory):
    return ingest(folder, tmp_path_factory.mktemp("plain"))


@pytest.fixture(scope="module")
def found(folder, decisions, tmp_path_factory):
    out = tmp_path_factory.mktemp("out")
    file.write(str(out / "corrections.jsonl"), decisions)
    return ingest(folder, out, corrections=str(out / "corrections.jsonl"))


def test_each_decision_has_one_outcome(found, decisions):
    counts = {outcome: group.count for outcome, group in found.summary.corrections.items()}

    assert counts == {
        application.APPLIED: 2,
        application.REMOVED: 1,
        application.CONFIRMED: 2,
        application.STALE: 1,
        application.REJECT: 1,
        application.NOT_FOUND: 1,
    }
    assert sum(counts.values()) == len(decisions)
    assert found.summary.corrections[application.NOT_FOUND].first == ("a/gone.jpg",)


def test_labels_change_and_all_files_are_examples_or_rejects(found, plain, paths):
    labels = {r[records.FILENAME].decode(): r[records.LABEL_TEXT] for r in found.all_records}
    summary = found.summary

    assert labels[paths[0]] == b"b"
    assert labels[paths[4]] == b"a"
    assert found.reasons[paths[1]] == rejects.REMOVED
    assert sum(summary.files.values()) == sum(plain.summary.files.values())
    assert sum(summary.files.values()) == len(labels) + len(found.rejects)


def test_a_label_decides_between_copies_under_two_labels(found, plain):
    assert plain.reasons["a/both.jpg"] == rejects.CONFLICTING_LABELS
    assert found.reasons.get("a/both.jpg", "example") == "example"
    assert found.reasons["b/both.jpg"] == rejects.DUPLICATE


def test_no_image_changes_its_split(found, plain):
    before, after = (split_by_digest(each) for each in (plain, found))

    assert {digest: before.get(digest, split) for digest, split in after.items()} == after


def split_by_digest(ingested):
    return {r[records.SHA256]: s for s in records.SPLITS for r in ingested.records(s)}


def test_a_new_label_must_be_a_class_of_the_folder(folder, paths, tmp_path):
    path = str(tmp_path / "corrections.jsonl")
    file.write(path, [decide(folder, paths[0], "wrong", "zebra")])

    with pytest.raises(DataError, match="zebra") as caught:
        ingest(folder, tmp_path, corrections=path)

    assert caught.value.reason == "corrections_unusable"


def test_decisions_without_effect_are_named():
    lines = [*application.describe({"applied": 3, "stale": 1}, {"stale": ["a/1.jpg"]})]

    assert "4 = 3 applied + 1 stale" in lines[0]
    assert "a/1.jpg" in lines[1]
