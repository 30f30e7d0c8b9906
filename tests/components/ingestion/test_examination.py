"""Splits by content, and which of several copies counts."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from dataclasses import replace

import pytest

from components.ingestion import examination, file_bytes, rejects
from components.ingestion.examination import ExaminedFile
from components.ingestion.image_folder import ImageFile
from components.ingestion.images import Limits
from components.ingestion.layouts.split_folders import TRAIN_AND_VAL
from components.ingestion.options import IngestionOptions
from serving import formats, rgb_images
from tests.fakes.image_files import jpeg, oriented, put

RATIOS = (8, 1, 1)
LIMITS = Limits(min_side=16, max_pixels=1_000_000)


def options(folder):
    return IngestionOptions(str(folder), RATIOS, LIMITS, shards=1, max_reject_fraction=0.0)


def digests(count):
    return [hashlib.sha256(str(n).encode()).hexdigest() for n in range(count)]


def reasons(*found):
    return {c.path: c.reason for c in examination.settle(found)}


def test_splits_come_close_to_the_ratios():
    counts = Counter(examination.choose_split(digest, RATIOS) for digest in digests(10_000))

    assert counts["train"] == pytest.approx(8_000, rel=0.03)
    assert counts["val"] == pytest.approx(1_000, rel=0.1)


def test_shards_do_not_depend_on_the_split():
    val = [d for d in digests(10_000) if examination.choose_split(d, RATIOS) == "val"]
    counts = Counter(examination.choose_shard(digest, 4) for digest in val)

    assert min(counts.values()) > 0.8 * len(val) / 4


def test_a_copy_under_the_same_label_counts_once():
    found = reasons(ExaminedFile("a/2", "a", "train", "x"), ExaminedFile("a/1", "a", "train", "x"))

    assert found == {"a/1": "", "a/2": rejects.DUPLICATE}


def test_copies_under_different_labels_are_all_rejects():
    found = reasons(ExaminedFile("a/1", "a", "train", "x"), ExaminedFile("b/1", "b", "test", "x"))

    assert set(found.values()) == {rejects.CONFLICTING_LABELS}


@pytest.mark.parametrize("other", [{"label": "b"}, {"mask_digest": "n", "mask": "masks/2"}])
def test_copies_with_another_breed_or_mask_are_rejects_that_name_both(other):
    pair = ExaminedFile("1", "a", "train", "x", mask="masks/1", mask_digest="m")

    settled = examination.settle([pair, replace(pair, path="2", **other)])

    assert {c.reason for c in settled} == {rejects.CONFLICTING_LABELS}
    assert "under a with the mask masks/1, " in settled[0].detail


def test_a_large_group_of_copies_is_described_once():
    files = [ExaminedFile(f"{c}/{n}.jpg", c, "train", "x") for c in "ab" for n in range(750)]

    first, *others = (file.detail for file in examination.settle(files))

    assert first == "the same bytes under a, b: 1,500 files, such as a/0.jpg, b/0.jpg"
    assert set(others) == {"the same bytes as a/0.jpg"}


def test_a_group_under_many_labels_names_a_few():
    files = [ExaminedFile(f"{n}/1.jpg", str(n), "train", "x") for n in range(1500)]

    assert len(examination.settle(files)[0].detail) < 150


@pytest.mark.parametrize(("ratios", "least"), [((8, 1, 1), 0.05), ((1, 1, 8), 0.4)])
def test_val_may_be_taken_from_train_and_never_from_test(ratios, least):
    splits = Counter(
        examination.choose_split_of(TRAIN_AND_VAL, digest, ratios) for digest in digests(1000)
    )

    assert splits.keys() == {"train", "val"}
    assert splits["val"] > 1000 * least


def test_copies_of_a_pair_with_copies_of_its_mask_count_once():
    pair = ExaminedFile("1", "", "train", "x", mask="masks/1", mask_digest="m")

    found = reasons(pair, replace(pair, path="2", mask="masks/2"))

    assert found == {"1": "", "2": rejects.DUPLICATE}


@pytest.mark.parametrize(
    ("splits", "kept"),
    [
        pytest.param(("train", "val", "test"), "test", id="test-first"),
        pytest.param(("train", "val"), "val", id="then-val"),
    ],
)
def test_of_copies_in_several_splits_one_stays(splits, kept):
    found = reasons(*(ExaminedFile(split, "a", split, "x") for split in splits))

    assert [path for path, reason in found.items() if not reason] == [kept]


def test_copies_of_a_bad_file_keep_their_own_reason():
    bad = [ExaminedFile(path, "a", "train", "x", reason=rejects.EMPTY) for path in ("1", "2")]

    assert reasons(*bad) == {"1": rejects.EMPTY, "2": rejects.EMPTY}


def test_a_broken_link_is_unreadable(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a/1.jpg").symlink_to("nowhere")

    found = examination.examine(ImageFile("a/1.jpg", "a", None), options(tmp_path))

    assert found.reason == rejects.UNREADABLE
    assert found.split == examination.choose_split(found.digest, RATIOS)


def test_a_pipe_is_unreadable_without_being_opened(tmp_path):
    (tmp_path / "a").mkdir()
    os.mkfifo(tmp_path / "a/1.jpg")

    found = examination.examine(ImageFile("a/1.jpg", "a", None), options(tmp_path))

    assert (found.reason, "a pipe" in found.detail) == (rejects.UNREADABLE, True)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(b"\x1aE\xdf\xa3" + bytes(3 * 2**20), rejects.NOT_AN_IMAGE, id="video"),
        pytest.param(jpeg() + bytes(8 * 1_000_000 + 2**16), rejects.TOO_MANY_PIXELS, id="image"),
    ],
)
def test_a_long_file_is_rejected_with_the_digest_of_all_its_bytes(tmp_path, data, reason):
    put(tmp_path, {"a/1.jpg": data})

    found = examination.examine(ImageFile("a/1.jpg", "a", None), options(tmp_path))

    assert found.reason == reason
    assert found.digest == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize(
    ("data", "kept"),
    [
        pytest.param(jpeg() + bytes(9_999), slice(None), id="image"),
        pytest.param(jpeg() + bytes(9 * 10**6), slice(formats.HEAD), id="long-image"),
        pytest.param(b"\0\0\0 ftypmp42" + bytes(99), slice(formats.HEAD), id="video"),
    ],
)
def test_no_more_of_a_file_is_kept_than_an_image_can_have(tmp_path, data, kept):
    put(tmp_path, {"1": data})

    with file_bytes.read(str(tmp_path / "1"), LIMITS) as found:
        assert (found.length, found.data) == (len(data), data[kept])


def test_a_file_that_changes_during_ingestion_stops_the_run(tmp_path):
    put(tmp_path, {"a/1.jpg": jpeg()})
    found = examination.examine(ImageFile("a/1.jpg", "a", None), options(tmp_path))
    put(tmp_path, {"a/1.jpg": jpeg(1)})

    with pytest.raises(RuntimeError, match=r"a/1\.jpg"):
        examination.make_record(found, options(tmp_path), ("a",))


def test_our_own_bug_does_not_look_like_a_damaged_file(tmp_path, monkeypatch):
    def broken(*_):
        raise TypeError("our own bug")

    monkeypatch.setattr(rgb_images, "to_upright_rgb", broken)
    put(tmp_path, {"a.jpg": oriented(6)})

    with pytest.raises(TypeError, match="our own bug"):
        examination.examine(ImageFile("a.jpg", "a", None), options(tmp_path))
