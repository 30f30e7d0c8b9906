"""Images with boxes, from a folder to records and rejects."""

from __future__ import annotations

import json

import pytest

from components.ingestion import rejects
from tests.fakes.image_files import XML, jpeg, put
from tests.fakes.ingested import ingest
from trainer.data import records

DOG = XML.replace("cat", "dog")
OBJECT = XML[XML.index("<object>") : XML.index("</annotation>")]
# Image, boxes and reason of files that are rejects.
BAD = {
    "no_file": (jpeg(101), None, rejects.BOX_MISSING),
    "no_object": (jpeg(102), "<annotation/>", rejects.BOX_MISSING),
    "several": (jpeg(103), XML.replace(OBJECT, OBJECT * 2), rejects.SEVERAL_BOXES),
    "outside": (jpeg(104), XML.replace("<xmax>24", "<xmax>49"), rejects.BOX_OUTSIDE),
    "reversed": (jpeg(105), XML.replace("<xmax>24", "<xmax>9"), rejects.BOX_WITHOUT_AREA),
    "other_size": (jpeg(106), XML.replace("48", "60"), rejects.BOX_SIZE_DIFFERS),
    "damaged": (jpeg(107), XML[:-20], rejects.BOX_UNREADABLE),
    "bird": (jpeg(108), XML.replace("cat", "bird"), rejects.BOX_CLASS_UNKNOWN),
    "half": (jpeg(109)[:-200], XML, rejects.TRUNCATED),
    "twin_1": (jpeg(110), XML, rejects.CONFLICTING_LABELS),
    "twin_2": (jpeg(110), XML.replace("<xmax>24", "<xmax>30"), rejects.CONFLICTING_LABELS),
    "copy": (jpeg(0), XML, rejects.DUPLICATE),
}


def put_boxed(folder, name, image, xml):
    put(folder, {f"images/{name}.jpg": image})
    if xml is not None:
        put(folder, {f"annotations/xmls/{name}.xml": xml.encode()})


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """60 good images, half of them of dogs, and each of BAD."""
    folder = tmp_path_factory.mktemp("heads")
    for number in range(60):
        put_boxed(folder, f"_{number}", jpeg(number), (XML, DOG)[number % 2])
    for name, (image, xml, _) in BAD.items():
        put_boxed(folder, name, image, xml)
    classes = json.dumps(["cat", "dog"])
    return ingest(folder, tmp_path_factory.mktemp("out"), box_classes=classes)


def test_each_bad_box_is_a_reject_with_its_reason(found):
    expected = {f"images/{name}.jpg": reason for name, (_, _, reason) in BAD.items()}

    assert {p: r for p, r in found.reasons.items() if r != rejects.DUPLICATE} == {
        p: r for p, r in expected.items() if r != rejects.DUPLICATE
    }
    assert sum(found.summary.examples.values()) == 60
    assert found.summary.reasons[rejects.DUPLICATE] == 1


def test_a_reject_names_the_file_and_what_is_wrong_with_it(found):
    details = {reject.path: reject.detail for reject in found.rejects}

    assert details["images/no_file.jpg"] == "no file is named annotations/xmls/no_file.xml"
    assert details["images/several.jpg"].startswith("annotations/xmls/several.xml has 2 objects")
    assert "xmax 49" in details["images/outside.jpg"]
    assert "'bird' is not in data.classes" in details["images/bird.jpg"]


def test_a_record_has_the_class_of_its_object_and_one_box(found):
    dog = next(row for row in found.all_records if row[records.FILENAME] == b"images/_1.jpg")

    assert (dog[records.LABEL_TEXT], dog[records.LABEL], dog[records.BOX_LABEL]) == (b"dog", 1, 1)
    box = [dog[records.BOXES[side]] for side in ("xmin", "xmax", "ymin", "ymax")]
    assert box == [0.25, 0.5, 0.25, 0.75]


def test_classes_are_counted(found):
    assert {name: sum(n.values()) for name, n in found.summary.classes.items()} == {
        "cat": 30,
        "dog": 30,
    }
