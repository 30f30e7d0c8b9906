"""Images with masks, from a folder to records and rejects."""

from __future__ import annotations

import hashlib
import os

import numpy as np
import pytest
import tensorflow as tf

from components.errors import DataError
from components.ingestion import examination, pair_folder, rejects
from components.ingestion.annotations.masks import MaskReading
from components.ingestion.images import Limits
from components.ingestion.layouts import left_out
from components.ingestion.options import IngestionOptions
from components.ingestion.summary import LeftOut
from tests.fakes import image_files
from tests.fakes.image_files import file_of, jpeg, mask, picture, put
from tests.fakes.ingested import PETS, ingest_pairs
from trainer.data import records

GOOD = mask(1, 2, 3)
OTHER = mask(3, 2, 1)
# Image, mask and reason of pairs that are rejects.
BAD = {
    "no_mask_1": (jpeg(101), None, rejects.MASK_MISSING),
    "lossy_1": (jpeg(102), jpeg(), rejects.MASK_UNREADABLE),
    "small_1": (jpeg(103), file_of(mask(1, height=20)), rejects.MASK_SIZE_DIFFERS),
    "odd_1": (jpeg(104), file_of(mask(1, 9)), rejects.MASK_VALUE_OUT_OF_RANGE),
    "half_1": (jpeg(105)[:-200], file_of(GOOD), rejects.TRUNCATED),
    "copy_1": (jpeg(0), file_of(GOOD), rejects.CONFLICTING_LABELS),  # Maine_Coon_0.
    "twin_1": (jpeg(106), file_of(GOOD), rejects.CONFLICTING_LABELS),
    "twin_2": (jpeg(106), file_of(OTHER), rejects.CONFLICTING_LABELS),
}


@pytest.fixture(scope="module")
def official(tmp_path_factory):
    """60 good pairs, each of BAD, a PNG called .jpg whose box is damaged, and a turned one."""
    folder = image_files.official_pairs(tmp_path_factory.mktemp("pets"))
    for name, (image, trimap, _) in BAD.items():
        put_pair(folder, name, image, trimap)
    put_pair(folder, "alpha_1", file_of(picture(1).convert("RGBA")), file_of(OTHER))
    put(folder, {"annotations/xmls/alpha_1.xml": b"<annotation>"})
    turned = mask(1, 2, 3, height=48, width=40)
    put_pair(folder, "turned_1", image_files.oriented(6), file_of(turned))
    put(folder, {"annotations/trimaps/alone_1.png": file_of(GOOD)})
    return ingest_pairs(folder, tmp_path_factory.mktemp("out"))


def put_pair(folder, name, image, trimap):
    put(folder, {f"images/{name}.jpg": image})
    if trimap is not None:
        put(folder, {f"annotations/trimaps/{name}.png": trimap})


def record_of(found, name):
    path = f"images/{name}.jpg".encode()
    return next(r for r in found.all_records if r[records.FILENAME] == path)


def test_each_bad_pair_has_its_reason(official):
    expected = {f"images/{name}.jpg": reason for name, (_, _, reason) in BAD.items()}

    copied = {"images/Maine_Coon_0.jpg": rejects.CONFLICTING_LABELS}
    assert official.reasons == expected | copied


def test_every_image_is_an_example_or_a_reject(official):
    summary = official.summary

    assert sum(summary.files.values()) == 60 + len(BAD) + 2
    for split in records.SPLITS:
        examples = len(official.records(split))
        assert summary.examples[split] == examples
        assert summary.files[split] == examples + sum(summary.rejects[split].values())


def test_a_reject_names_its_mask_and_what_is_wrong_with_it(official):
    details = {reject.path: reject.detail for reject in official.rejects}

    path = "annotations/trimaps/odd_1.png"
    assert details["images/odd_1.jpg"].startswith(f"{path}: 9 at row 20, column 0 ")
    assert "annotations/trimaps/twin_2.png" in details["images/twin_1.jpg"]


def test_a_record_contains_every_field_of_a_pair(official):
    record = record_of(official, "Maine_Coon_2")

    classes = tf.io.decode_png(record.pop(records.MASK))[..., 0]
    assert np.array_equal(classes, np.asarray(GOOD) - 1)
    assert record == {
        records.ENCODED: jpeg(2),
        records.FORMAT: b"JPEG",
        records.HEIGHT: 40,
        records.WIDTH: 48,
        records.FILENAME: b"images/Maine_Coon_2.jpg",
        records.SHA256: hashlib.sha256(jpeg(2)).hexdigest().encode(),
        records.LABEL_TEXT: b"Maine_Coon",
        records.LABEL: 0,
        records.SPECIES: b"cat",
        records.MASK_FORMAT: b"PNG",
        **dict(zip(records.BOXES.values(), (0.25, 0.5, 0.25, 0.75), strict=True)),
        records.BOX_LABEL: 0,
    }


def test_a_record_has_no_field_that_the_data_lacks(official):
    known = {records.SPECIES, records.LABEL_TEXT, records.LABEL, records.BOX_LABEL}

    assert not known & record_of(official, "alpha_1").keys()
    assert records.BOX_LABEL not in record_of(official, "beagle_1")
    assert record_of(official, "beagle_1")[records.LABEL] == 1


def test_a_mask_is_turned_with_its_photograph(official):
    record = record_of(official, "turned_1")

    classes = tf.io.decode_png(record[records.MASK])[..., 0].numpy()
    assert classes.shape == (record[records.HEIGHT], record[records.WIDTH]) == (40, 48)
    assert classes[0].tolist() == [2] * 16 + [1] * 16 + [0] * 16


def test_the_summary_counts_breeds_pixels_and_warnings(official):
    summary = official.summary

    counts = {breed: sum(splits.values()) for breed, splits in summary.classes.items()}
    assert counts == {"Maine_Coon": 29, "beagle": 30, "": 2}
    counted = {name: sum(s[name] for s in summary.mask_pixels.values()) for name in PETS["classes"]}
    assert sum(counted.values()) == 61 * 40 * 48
    assert summary.warnings == {
        "wrong_extension": 1,
        "box_unreadable": 1,
        "looks_like_others": 61,  # Drawn pictures differ in eight pixels only.
    }
    path = "annotations/trimaps/alone_1.png"
    assert summary.left_out == {left_out.OF_NO_IMAGE: LeftOut(1, (path,))}


def test_an_image_in_no_list_can_be_made_a_reject(tmp_path):
    folder = image_files.official_pairs(tmp_path / "pets")
    put_pair(folder, "unlisted_1", jpeg(200), file_of(GOOD))

    found = ingest_pairs(folder, tmp_path / "out", unlisted="reject")

    assert found.reasons == {"images/unlisted_1.jpg": rejects.UNLISTED}


def test_own_images_and_masks_have_no_labels(tmp_path):
    folder = image_files.plain_pairs(tmp_path / "own")

    found = ingest_pairs(folder, tmp_path / "out", values=[1, 2], ignored=3, classes=["a", "b"])

    assert found.rejects == []
    assert records.LABEL_TEXT not in found.all_records[0]
    assert np.unique(tf.io.decode_png(found.all_records[0][records.MASK])).tolist() == [0, 1, 255]


def test_a_class_without_a_pixel_stops_the_run(tmp_path):
    folder = image_files.plain_pairs(tmp_path / "own")
    four = {"values": [1, 2, 3, 4], "classes": ["a", "b", "c", "sky"]}

    with pytest.raises(DataError) as raised:
        ingest_pairs(folder, tmp_path / "out", **four)

    assert raised.value.reason == "class_without_pixels"
    assert "'sky'" in str(raised.value)


def options(folder):
    reading = MaskReading((1, 2, 3), None, "keep")
    limits = Limits(1, 10**6)
    return IngestionOptions(
        str(folder), (8, 1, 1), limits, shards=1, max_reject_fraction=0.0, reading=reading
    )


def test_a_mask_that_changes_during_ingestion_stops_the_run(tmp_path):
    folder = image_files.plain_pairs(tmp_path, count=1)
    found = examination.examine(pair_folder.find(str(folder)).files[0], options(folder))
    put(folder, {"masks/0.png": file_of(OTHER)})

    with pytest.raises(RuntimeError, match=r"masks/0\.png"):
        examination.make_record(found, options(folder), ())


@pytest.mark.parametrize("spoil", [os.mkfifo, lambda path: path.symlink_to("nowhere")])
def test_a_mask_that_cannot_be_read_is_a_reject(tmp_path, spoil):
    folder = image_files.plain_pairs(tmp_path, count=1)
    (folder / "masks/0.png").unlink()
    spoil(folder / "masks/0.png")

    found = examination.examine(pair_folder.find(str(folder)).files[0], options(folder))

    assert found.reason == rejects.MASK_UNREADABLE
    assert found.detail.startswith("masks/0.png: ")


def test_a_box_that_cannot_be_read_is_a_warning(tmp_path):
    folder = image_files.official_pairs(tmp_path, count=1)
    (folder / "annotations/xmls/Maine_Coon_0.xml").unlink()
    (folder / "annotations/xmls/Maine_Coon_0.xml").symlink_to("nowhere")

    found = examination.examine(pair_folder.find(str(folder)).files[0], options(folder))

    assert (found.reason, found.warnings) == ("", ("box_unreadable",))
