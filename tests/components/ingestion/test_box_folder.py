"""Layouts of images and boxes: that of the pets, and that of Pascal VOC."""

from __future__ import annotations

import pytest

from components.errors import DataError
from components.ingestion import box_folder
from components.ingestion.image_folder import ImageFile, MaskAndBoxes
from components.ingestion.layouts import left_out
from tests.fakes.image_files import official_pairs, put

CLASSES = ("dog", "cat")


def names(*paths):
    return dict.fromkeys(paths, b"")


def voc(folder, *names):
    """Images with boxes, as Pascal VOC has them."""
    put(folder, {f"JPEGImages/{name}.jpg": b"" for name in names})
    return put(folder, {f"Annotations/{name}.xml": b"" for name in names})


def find_splits(folder):
    found = box_folder.find(str(folder), CLASSES).files
    return {file.path.rpartition("/")[2]: file.split for file in found}


def test_the_layout_of_the_pets_joins_images_and_boxes_by_name(tmp_path):
    found = box_folder.find(str(official_pairs(tmp_path, count=2)), CLASSES)

    box = "annotations/xmls/Maine_Coon_0.xml"
    missing = "no file is named annotations/xmls/beagle_1.xml"
    assert found.files == (
        ImageFile("images/Maine_Coon_0.jpg", "", None, MaskAndBoxes("", box)),
        ImageFile("images/beagle_1.jpg", "", None, MaskAndBoxes("", "", explanation=missing)),
    )
    assert found.classes == ("cat", "dog")
    assert found.companions == 1
    assert set(found.left_out) == {left_out.ANNOTATION, left_out.OF_NO_IMAGE}


def test_the_layout_of_pascal_voc_has_split_lists(tmp_path):
    put(voc(tmp_path, "a", "b", "c"), {"ImageSets/Main/train.txt": b"a\n"})
    put(tmp_path, {"ImageSets/Main/val.txt": b"b\n", "ImageSets/Main/test.txt": b"c\n"})
    put(tmp_path, {"ImageSets/Main/cat_train.txt": b"a 1\n"})

    assert find_splits(tmp_path) == {"a.jpg": "train", "b.jpg": "val", "c.jpg": "test"}


def test_lists_whose_test_images_have_no_box_decide_no_splits(tmp_path):
    put(official_pairs(tmp_path, count=2), {"annotations/trainval.txt": b"Maine_Coon_0 1 1 1\n"})
    put(tmp_path, {"annotations/test.txt": b"beagle_1 2 2 1\n"})

    assert find_splits(tmp_path) == {"Maine_Coon_0.jpg": None, "beagle_1.jpg": None}


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        pytest.param(("cats/a.jpg", "dogs/b.jpg"), "no_box_layout", id="class-folders"),
        pytest.param(("images/a.jpg", "annotations/a.xml"), "no_box_layout", id="other-folder"),
        pytest.param(
            ("images/a.jpg", "images/a.png", "annotations/xmls/a.xml"), "ambiguous_name", id="twins"
        ),
    ],
)
def test_folders_that_cannot_be_read_are_refused(tmp_path, files, reason):
    with pytest.raises(DataError) as refused:
        box_folder.find(str(put(tmp_path, names(*files))), CLASSES)

    assert refused.value.reason == reason


def test_an_image_with_a_box_in_no_list_is_refused(tmp_path):
    put(voc(tmp_path, "a", "b", "c"), {"train.txt": b"a\n", "test.txt": b"b\n"})

    with pytest.raises(DataError) as refused:
        box_folder.find(str(tmp_path), CLASSES)

    assert refused.value.reason == "split_list_incomplete"
