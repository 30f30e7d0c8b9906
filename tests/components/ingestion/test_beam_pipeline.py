"""The Beam pipeline: nothing is lost, nothing counts twice, and order does not depend on time."""

from __future__ import annotations

import hashlib

import pytest

from components.ingestion import rejects
from components.ingestion.layouts import left_out
from components.ingestion.summary import LeftOut
from tests.fakes import image_files
from tests.fakes.image_files import file_of, jpeg, picture, put
from tests.fakes.ingested import ingest
from trainer.data import images, records

BAD = {
    "a/empty.jpg": (b"", rejects.EMPTY),
    "a/page.jpg": (b"<html>", rejects.NOT_AN_IMAGE),
    "b/half.jpg": (jpeg(7001)[:-200], rejects.TRUNCATED),
    "b/icon.png": (file_of(picture(7002, height=8, width=8)), rejects.TOO_SMALL),
    "b/bomb.png": (image_files.png_header(9_000, 9_000), rejects.TOO_MANY_PIXELS),
    "a/both.jpg": (jpeg(7003), rejects.CONFLICTING_LABELS),
    "b/both.jpg": (jpeg(7003), rejects.CONFLICTING_LABELS),
    "a/zz-copy.jpg": (jpeg(0), rejects.DUPLICATE),  # Of a/0.jpg.
}


@pytest.fixture(scope="module")
def with_bad_files(tmp_path_factory):
    """40 good images in each of two classes, one of each bad file, and one that is not readable."""
    folder = image_files.class_folders(tmp_path_factory.mktemp("folder"))
    put(folder, {path: content for path, (content, _) in BAD.items()})
    (folder / "b/link.jpg").symlink_to("nowhere")
    put(folder, {"LICENSE.txt": b"CC BY 2.0", "a/.DS_Store": b"\0\0\0\1Bud1"})
    return ingest(folder, tmp_path_factory.mktemp("out"))


def test_each_bad_file_has_its_reason(with_bad_files):
    expected = {path: reason for path, (_, reason) in BAD.items()}

    assert with_bad_files.reasons == expected | {"b/link.jpg": rejects.UNREADABLE}
    others = {*rejects.MASK_REASONS, *rejects.BOX_REASONS, rejects.SURPLUS, rejects.REMOVED}
    of_images = {reason for reason in rejects.REASONS if reason not in others}
    assert set(with_bad_files.reasons.values()) == of_images


def test_the_good_files_are_written(with_bad_files):
    paths = sorted(record[records.FILENAME].decode() for record in with_bad_files.all_records)

    assert paths == sorted(f"{label}/{n}.jpg" for label in "ab" for n in range(40))


def test_files_are_examples_and_rejects_in_each_split(with_bad_files):
    summary = with_bad_files.summary

    assert sum(summary.files.values()) == 80 + len(BAD) + 1
    for split in records.SPLITS:
        written = len(with_bad_files.records(split))
        rejected = [reject for reject in with_bad_files.rejects if reject.split == split]
        assert summary.files[split] == written + len(rejected)
        assert summary.examples[split] == written


def test_files_that_are_left_out_are_counted_and_named(with_bad_files):
    assert with_bad_files.summary.left_out == {
        left_out.HIDDEN: LeftOut(1, ("a/.DS_Store",)),
        left_out.ANNOTATION: LeftOut(1, ("LICENSE.txt",)),
    }
    assert with_bad_files.summary.found == 80 + len(BAD) + 1 + 2


def test_records_contain_every_field(with_bad_files):
    record = next(r for r in with_bad_files.all_records if r[records.FILENAME] == b"b/7.jpg")

    assert record == {
        records.ENCODED: jpeg(1007),
        records.FORMAT: b"JPEG",
        records.HEIGHT: 40,
        records.WIDTH: 48,
        records.FILENAME: b"b/7.jpg",
        records.SHA256: hashlib.sha256(jpeg(1007)).hexdigest().encode(),
        records.LABEL_TEXT: b"b",
        records.LABEL: 1,
    }


def test_every_shard_is_there_and_nothing_else(with_bad_files):
    for split in records.SPLITS:
        names = [path.name for path in with_bad_files.shards(split)]
        assert names == ["data_tfrecord-00000-of-00002", "data_tfrecord-00001-of-00002"]


def test_a_second_run_writes_the_same_bytes(tmp_path):
    folder = image_files.class_folders(tmp_path / "folder")

    first, second = (ingest(folder, tmp_path / name, shards=3) for name in ("1", "2"))

    for split in records.SPLITS:
        contents = [[path.read_bytes() for path in run.shards(split)] for run in (first, second)]
        assert contents[0] == contents[1]


def test_more_files_leave_the_split_of_the_others(tmp_path):
    folder = image_files.class_folders(tmp_path / "folder")
    before = splits(ingest(folder, tmp_path / "before"))
    put(folder, {f"b/new-{n}.jpg": jpeg(5000 + n) for n in range(10)})

    after = splits(ingest(folder, tmp_path / "after"))

    assert before.items() < after.items()


def splits(run):
    return {r[records.FILENAME]: split for split in records.SPLITS for r in run.records(split)}


def test_a_folder_that_is_split_keeps_its_splits_without_copies_between(tmp_path):
    for number, split in enumerate(records.SPLITS):
        image_files.class_folders(tmp_path / "folder" / split, images=3)
        put(tmp_path / "folder", {f"{split}/a/own.jpg": jpeg(9000 + number)})

    found = ingest(tmp_path / "folder", tmp_path / "out", max_reject_fraction=0.9)

    assert found.summary.files == {"train": 7, "val": 7, "test": 7}
    assert found.summary.examples == {"train": 1, "val": 1, "test": 7}
    assert set(found.reasons.values()) == {rejects.DUPLICATE}


def test_converted_images_are_written_as_training_decodes_them(tmp_path):
    folder = image_files.class_folders(tmp_path / "folder")
    put(folder, {"a/turned.jpg": image_files.oriented(6), "a/odd.jpg": file_of(picture(7), "WEBP")})

    found = {r[records.FILENAME]: r for r in ingest(folder, tmp_path / "out").all_records}

    for name in (b"a/turned.jpg", b"a/odd.jpg"):
        assert images.decode(found[name][records.ENCODED]).shape == (40, 48, 3)
        assert found[name][records.FORMAT] == b"PNG"


def test_unusual_files_that_decoders_accept_are_examples_with_a_warning(tmp_path):
    folder = image_files.class_folders(tmp_path / "folder")
    alpha = file_of(picture(7).convert("RGBA"))
    put(folder, {"a/alpha.jpg": alpha, "a/gif.jpg": file_of(picture(8), "GIF")})
    put(folder, {"b/more.jpg": jpeg(7000) + b"and more"})

    found = ingest(folder, tmp_path / "out")

    assert found.rejects == []
    assert found.summary.warnings == {
        "wrong_extension": 2,
        "trailing_bytes": 1,
        "looks_like_others": 83,  # Drawn pictures differ in eight pixels only.
    }


def test_class_folders_that_differ_in_capitals_only_are_counted(tmp_path):
    folder = image_files.class_folders(tmp_path / "folder", classes=("Rose", "daisy", "rose"))

    found = ingest(folder, tmp_path / "out")

    assert found.rejects == []
    assert found.summary.warnings["similar_label"] == 80
    assert found.summary.similar_labels == [["Rose", "rose"]]
