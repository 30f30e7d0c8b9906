"""From folders of these layouts to examples: nothing held out is trained on, nothing is lost."""

from __future__ import annotations

import pytest

from components.ingestion import summary
from components.ingestion.layouts import left_out
from components.ingestion.summary import LeftOut
from tests.fakes import image_files
from tests.fakes.image_files import file_of, jpeg, mask, put
from tests.fakes.ingested import ingest, ingest_pairs
from trainer.data import records


def put_classes(folder):
    for seed, split in ((0, "Training"), (100, "Testing")):
        put(folder, {f"{split}/{'ab'[n % 2]}/{n}.jpg": jpeg(seed + n) for n in range(20)})
    return folder


def put_pairs(folder):
    for seed, split in ((0, "Training"), (100, "Testing")):
        put(folder, {f"images/{split}/{n}.jpg": jpeg(seed + n) for n in range(20)})
        put(folder, {f"masks/{split}/{n}.png": file_of(mask(1, 2, 3)) for n in range(20)})
    return folder


@pytest.mark.parametrize(
    ("make", "ingest_it"), [(put_classes, ingest), (put_pairs, ingest_pairs)], ids=["class", "mask"]
)
def test_no_held_out_picture_ends_in_training(tmp_path, make, ingest_it):
    found = ingest_it(make(tmp_path / "data"), tmp_path / "out")

    held_out = {
        s: [b"Testing" in r[records.FILENAME] for r in found.records(s)] for s in records.SPLITS
    }
    assert held_out["test"] == [True] * 20
    assert not any(held_out["train"] + held_out["val"])
    assert found.summary.val_from_train == len(held_out["val"]) > 0
    assert "files taken from train" in summary.format_caption(found.summary)


def test_files_found_are_examples_rejects_companions_and_left_out(tmp_path):
    folder = image_files.plain_pairs(tmp_path / "data")
    put(folder, {f"images/{n}.json": b"{}" for n in range(60)})
    put(folder, {"images/Thumbs.db": b"", "masks/._1.png": b"", "images/bad.jpg": b"x"})
    (folder / "images/up").symlink_to("../..")

    found = ingest_pairs(folder, tmp_path / "out").summary

    assert sum(found.examples.values()) + sum(found.reasons.values()) == 60 + 1
    assert {kind: group.count for kind, group in found.left_out.items()} == {
        left_out.HIDDEN: 1,
        left_out.SYSTEM: 1,
        left_out.ANNOTATION: 60,
        left_out.LINK_TO_PARENT: 1,
    }
    assert found.found == sum(1 for path in folder.rglob("*") if not path.is_dir()) + 1


@pytest.mark.parametrize(("follow_links", "images"), [(0, 80), (1, 120)])
def test_a_class_behind_a_link_is_ingested_on_request(tmp_path, follow_links, images):
    folder = image_files.class_folders(tmp_path / "data")
    (folder / "c").symlink_to(tmp_path / "other")
    put(tmp_path / "other", {f"{n}.jpg": jpeg(9000 + n) for n in range(40)})

    found = ingest(folder, tmp_path / "out", follow_links=follow_links).summary

    assert sum(found.examples.values()) == images
    assert found.left_out == ({} if follow_links else {left_out.LINK_OUT: LeftOut(1, ("c",))})
