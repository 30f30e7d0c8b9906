"""Layouts of images and masks, and what they contain about each image."""

from __future__ import annotations

import pytest

from components.errors import DataError
from components.ingestion import pair_folder
from components.ingestion.image_folder import ImageFile, MaskAndBoxes
from components.ingestion.layouts import left_out
from tests.fakes.image_files import official_pairs, plain_pairs, put


def names(*paths):
    return dict.fromkeys(paths, b"")


def test_the_official_layout_names_breed_species_mask_and_box(tmp_path):
    found = pair_folder.find(str(official_pairs(tmp_path, count=2)))

    trimaps, xmls = "annotations/trimaps", "annotations/xmls"
    assert found.files == (
        ImageFile(
            "images/Maine_Coon_0.jpg",
            "Maine_Coon",
            None,
            MaskAndBoxes(f"{trimaps}/Maine_Coon_0.png", f"{xmls}/Maine_Coon_0.xml", "cat"),
        ),
        ImageFile(
            "images/beagle_1.jpg",
            "beagle",
            None,
            MaskAndBoxes(f"{trimaps}/beagle_1.png", "", "dog"),
        ),
    )
    assert found.classes == ("Maine_Coon", "beagle")
    assert found.left_out == {}
    assert found.companions == 4


def test_an_image_in_no_list_has_no_breed_and_no_species(tmp_path):
    put(
        official_pairs(tmp_path, count=2),
        names("images/new_3.jpg", "annotations/trimaps/new_3.png"),
    )

    found = {file.path: file for file in pair_folder.find(str(tmp_path)).files}

    assert found["images/new_3.jpg"].label == ""
    assert found["images/new_3.jpg"].pair == MaskAndBoxes(
        "annotations/trimaps/new_3.png", is_listed=False
    )


def test_other_files_of_the_official_archives_are_left_out(tmp_path):
    others = {
        left_out.HIDDEN: (
            "annotations/trimaps/._beagle_1.png",
            "images/._beagle_1.jpg",
            "images/.ipynb_checkpoints/beagle_1.jpg",
        ),
        left_out.ANNOTATION: (
            "annotations/README",
            "annotations/xmls/gone_7.xml",
            "images/beagle_1.mat",
        ),
        left_out.OF_NO_IMAGE: ("annotations/trimaps/gone_7.png",),
    }
    put(official_pairs(tmp_path, count=2), names(*(p for group in others.values() for p in group)))

    found = pair_folder.find(str(tmp_path))

    assert len(found.files) == 2
    assert found.left_out == others


def test_the_list_and_the_boxes_may_be_missing(tmp_path):
    put(tmp_path, names("images/a_1.jpg", "annotations/trimaps/a_1.png"))

    found = pair_folder.find(str(tmp_path))

    assert [(file.label, file.pair.is_listed) for file in found.files] == [("", False)]


@pytest.mark.parametrize(
    ("line", "reason", "place"),
    [
        pytest.param(b"beagle_1 1 2\n", "bad_list_line", ", line 2: 'beagle_1 1 2'", id="short"),
        pytest.param(b"a_1 1 1 1\na_1 1 2 1\n", "ambiguous_name", ", line 3: ", id="twice"),
        pytest.param(b"a\x07_1 1 1 1\n", "bad_list_line", ", line 2: ", id="control"),
        pytest.param(b"a_1 1 3 1\n", "bad_list_line", ", line 2: 'a_1 1 3 1'", id="no-species"),
        pytest.param(b"b\xe9b\xe9_1 1 2 1\n", "list_unreadable", "", id="latin-1"),
    ],
)
def test_a_line_of_the_list_that_cannot_be_read_stops_the_run(tmp_path, line, reason, place):
    put(official_pairs(tmp_path, count=2), {"annotations/list.txt": b"# list\n" + line})

    with pytest.raises(DataError) as raised:
        pair_folder.find(str(tmp_path))

    assert raised.value.reason == reason
    assert f"{tmp_path}/annotations/list.txt{place}" in str(raised.value)


def test_masks_belong_to_images_by_name_at_any_depth(tmp_path):
    put(tmp_path, names("images/a/1.jpg", "masks/a/1.png", "images/b.v2.png", "masks/b.v2.tif"))
    put(tmp_path, names("images/none.jpg", "masks/1.png", "README"))

    found = pair_folder.find(str(tmp_path))

    assert {file.path: file.pair.mask for file in found.files} == {
        "images/a/1.jpg": "masks/a/1.png",
        "images/b.v2.png": "masks/b.v2.tif",
        "images/none.jpg": "",
    }
    assert found.left_out == {
        left_out.ANNOTATION: ("README",),
        left_out.OF_NO_IMAGE: ("masks/1.png",),
    }
    assert found.classes == ()


def test_a_folder_that_is_split_keeps_its_splits(tmp_path):
    for split in ("Train", "valid", "test"):
        plain_pairs(tmp_path / split, count=1)

    found = pair_folder.find(str(tmp_path)).files

    assert [(f.path, f.split) for f in found] == [
        ("Train/images/0.jpg", "train"),
        ("test/images/0.jpg", "test"),
        ("valid/images/0.jpg", "val"),
    ]
    assert found[1].pair == MaskAndBoxes("test/masks/0.png")


@pytest.mark.parametrize(
    ("paths", "reason", "place"),
    [
        pytest.param((), "no_pair_layout", "no folders", id="nothing"),
        pytest.param(("roses/1.jpg",), "no_pair_layout", "contains roses", id="class-folders"),
        pytest.param(("images/1.jpg",), "no_pair_layout", "contains images", id="no-masks"),
        pytest.param(("masks/1.png", "images/.1"), "no_pair_layout", "images, masks", id="hidden"),
        pytest.param(("annotations/trimaps/1.png", "images/.1"), "no_images", "", id="no-images"),
        pytest.param(
            ("train/images/1", "train/masks/1", "test/images/1"),
            "missing_split",
            "test/",
            id="no-masks-of-test",
        ),
        pytest.param(
            ("images/1.jpg", "masks/1.png", "masks/1.gif"),
            "ambiguous_name",
            "masks/1.gif and masks/1.png",
            id="two-masks",
        ),
        pytest.param(
            ("images/1.jpg", "images/1.bmp", "masks/1.png"),
            "ambiguous_name",
            "images/1.bmp and images/1.jpg",
            id="two-images",
        ),
        pytest.param(
            ("images/a/1.jpg", "images/a/1.JPG", "masks/a/1.png"),
            "ambiguous_name",
            "images/a/1.JPG and images/a/1.jpg",
            id="two-images-that-differ-in-capitals",
        ),
        pytest.param(
            ("annotations/trimaps/1.png", "annotations/xmls/1.XML", "annotations/xmls/1.xml"),
            "ambiguous_name",
            "annotations/xmls/1.XML and annotations/xmls/1.xml",
            id="two-files-of-boxes",
        ),
        pytest.param(
            ("images/1.jpg", "images/1.png", "annotations/trimaps/1.png"),
            "ambiguous_name",
            "images/1.jpg and images/1.png",
            id="two-images-of-one-trimap",
        ),
    ],
)
def test_a_folder_of_no_known_layout_stops_the_run(tmp_path, paths, reason, place):
    put(tmp_path, names(*paths))

    with pytest.raises(DataError) as raised:
        pair_folder.find(str(tmp_path))

    assert raised.value.reason == reason
    assert place in str(raised.value)
