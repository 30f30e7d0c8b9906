"""The tutorial's table, and the account of every file."""

from __future__ import annotations

import io
from dataclasses import replace

from rich.console import Console

from components.ingestion import file_warnings, rejects
from components.ingestion import summary as ingestion_summary
from components.ingestion.examination import ExaminedFile
from components.ingestion.image_folder import Listing
from components.ingestion.layouts import left_out
from components.ingestion.near_duplicates.counts import NearDuplicates
from components.ingestion.summary import Sides

FOUND = [
    ExaminedFile("a/1", "a", "train", "1", height=20, width=30),
    ExaminedFile("a/2", "a", "train", "2", height=40, width=31),
    ExaminedFile("b/1", "b", "test", "3", height=60, width=90),
    ExaminedFile("b/2", "b", "val", "4", reason=rejects.EMPTY, detail="0 bytes"),
]


def listing(*classes):
    return Listing((), classes, {left_out.ANNOTATION: ("1.txt", "2.txt", "3.txt", "4.txt")})


def test_every_file_is_counted():
    summary = ingestion_summary.summarize(FOUND, listing("a", "b", "c"))

    assert summary.files == {"train": 2, "val": 1, "test": 1}
    assert summary.examples == {"train": 2, "val": 0, "test": 1}
    assert summary.rejects == {"train": {}, "val": {rejects.EMPTY: 1}, "test": {}}
    assert summary.reasons == {rejects.EMPTY: 1}
    assert summary.classes["c"] == {"train": 0, "val": 0, "test": 0}


def test_sizes_are_those_of_examples():
    summary = ingestion_summary.summarize(FOUND, listing("a", "b"))

    assert summary.heights == {
        "a": Sides(20, 30, 40),
        "b": Sides(60, 60, 60),
        "all": Sides(20, 40, 60),
    }
    assert summary.widths["a"] == Sides(30, 30.5, 31)


def test_what_is_written_is_read(tmp_path):
    summary = ingestion_summary.summarize(FOUND, listing("a", "b"))

    ingestion_summary.write(str(tmp_path), summary)

    assert ingestion_summary.read(str(tmp_path)) == summary


def test_the_table_shows_classes_sizes_and_the_account():
    summary = ingestion_summary.summarize(FOUND, listing("a", "b"))
    console = Console(file=io.StringIO(), width=100)

    console.print(ingestion_summary.build_table(summary))

    shown = " ".join(console.file.getvalue().split())
    assert "20 / 30 / 40" in shown
    assert "val: 1 files = 0 examples + 1 rejects" in shown
    assert "found: 8 files = 4 images + 0 masks, boxes and lists + 4 left out" in shown
    assert "left out: 4 annotation_file (1.txt, 2.txt, 3.txt, …)" in shown


PAIRS = [
    ExaminedFile("1", "a", "train", "1", height=2, width=2, mask="m/1", pixels=(1, 3)),
    ExaminedFile("2", "", "train", "2", height=1, width=2, pixels=(2, 0), warnings=("odd",)),
    ExaminedFile("3", "a", "test", "3", height=1, width=1, pixels=(0, 1)),
]


def test_pixels_of_masks_are_counted_by_split_and_class(tmp_path):
    summary = ingestion_summary.summarize(PAIRS, listing("a"), ("pet", "ground"))
    ingestion_summary.write(str(tmp_path), summary)

    assert summary.mask_pixels["train"] == {"pet": 3, "ground": 3}
    assert summary.mask_pixels["test"] == {"pet": 0, "ground": 1}
    assert summary.classes[""] == {"train": 1, "val": 0, "test": 0}
    assert ingestion_summary.read(str(tmp_path)) == summary
    caption = ingestion_summary.format_caption(summary)
    assert "train: pixels pet 50.0%, ground 50.0%" in caption
    assert "examples with a warning: 1 odd" in caption


def in_groups(**splits):
    """Examples of group g in the splits given by name, and one of each other kind."""
    files = [ExaminedFile(name, "a", split, name, group="g") for name, split in splits.items()]
    reject = ExaminedFile("r", "a", "test", "r", group="g", reason=rejects.DUPLICATE)
    return [*files, reject, ExaminedFile("s", "a", "test", "s"), replace(reject, group="h")]


def test_near_duplicates_in_different_splits_are_counted_in_pairs(tmp_path):
    files = in_groups(x="train", y="train", z="test")

    summary = ingestion_summary.summarize(files, listing("a"))
    ingestion_summary.write(str(tmp_path), summary)

    assert summary.near_duplicates == NearDuplicates(groups=1, images=3, parted=2)
    assert ingestion_summary.read(str(tmp_path)) == summary
    assert "3 images in 1 groups; 2 pairs" in ingestion_summary.format_caption(summary)


def test_a_group_whose_others_are_rejects_is_none():
    summary = ingestion_summary.summarize(in_groups(x="train"), listing("a"))

    assert summary.near_duplicates == NearDuplicates()
    assert "near-duplicates" not in ingestion_summary.format_caption(summary)


def test_labels_that_differ_in_capitals_only_are_a_counted_warning(tmp_path):
    files = [replace(FOUND[n], label=label) for n, label in enumerate(["Rose", "rose", "daisy"])]

    summary = ingestion_summary.summarize(files, listing("Rose", "daisy", "rose"))
    ingestion_summary.write(str(tmp_path), summary)

    assert summary.warnings == {file_warnings.SIMILAR_LABEL: 2}
    assert summary.similar_labels == [["Rose", "rose"]]
    assert ingestion_summary.read(str(tmp_path)) == summary
    assert "'Rose', 'rose'" in ingestion_summary.format_caption(summary)


def test_classes_of_masks_that_differ_in_capitals_only_are_named():
    summary = ingestion_summary.summarize(PAIRS, listing("a"), ("Pet", "pet"))

    assert summary.similar_labels == [["Pet", "pet"]]
    assert summary.warnings == {"odd": 1, file_warnings.SIMILAR_LABEL: 3}
