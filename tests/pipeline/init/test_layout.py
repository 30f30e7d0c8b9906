"""What is recognised in a folder."""

from __future__ import annotations

import pytest

from components.errors import DataError
from pipeline.init import layout
from tests.fakes.image_files import class_folders, jpeg, official_pairs, plain_pairs, put


def values(found):
    return {name: choice.value for name, choice in found.choices.items()}


def test_a_folder_for_each_class(tmp_path):
    class_folders(tmp_path, images=2, classes=("cats", "dogs"))

    found = layout.recognise(str(tmp_path))

    assert found.base == "images"
    assert values(found) == {"data.classes": ["cats", "dogs"]}


def test_images_with_masks(tmp_path):
    plain_pairs(tmp_path, count=2)

    found = layout.recognise(str(tmp_path))

    assert found.base == "masks"
    assert values(found)["data.mask.values"] == [1, 2, 3]
    assert "data.mask.suffix" not in found.choices


def test_masks_whose_names_have_an_ending(tmp_path):
    plain_pairs(tmp_path, count=4)
    for path in list((tmp_path / "masks").iterdir()):
        path.rename(path.with_stem(f"{path.stem}_seg"))

    found = layout.recognise(str(tmp_path))

    assert values(found)["data.mask.suffix"] == "_seg"


def test_the_pets_as_they_are_published(tmp_path):
    official_pairs(tmp_path, count=2)

    found = layout.recognise(str(tmp_path))

    assert (found.base, found.choices) == ("pets-transfer", {})


def put_boxes(folder, images, boxes):
    """Photographs with files of boxes: the names of the objects in each."""
    for number, names in enumerate(boxes):
        objects = "".join(f"<object><name>{name}</name></object>" for name in names)
        put(folder, {f"{number}.xml": f"<annotation>{objects}</annotation>".encode()})
    put(images, {f"{number}.jpg": jpeg(number) for number in range(len(boxes) + 1)})


@pytest.mark.parametrize(
    ("images", "boxes"),
    [
        pytest.param("images", "annotations/xmls", id="pets"),
        pytest.param("JPEGImages", "Annotations", id="voc"),
    ],
)
def test_images_with_boxes(tmp_path, images, boxes):
    put_boxes(tmp_path / boxes, tmp_path / images, [["truck"], ["car"], ["car", "bus"]])
    put(tmp_path / boxes, {"3.xml": b"no XML"})

    found = layout.recognise(str(tmp_path))

    assert found.base == "pet-heads"
    # An image with two boxes is a reject, so its bus is not a class; so is one with no XML.
    assert values(found) == {"data.classes": ["car", "truck"], "data.max_reject_fraction": 0.55}


def test_images_without_boxes_may_be_rejects(tmp_path):
    put_boxes(tmp_path / "annotations/xmls", tmp_path / "images", [["cat"]] * 3)

    found = layout.recognise(str(tmp_path))

    assert values(found)["data.max_reject_fraction"] == 0.3


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        pytest.param(["one.jpg"], "no_class_folders", id="no-folders"),
        pytest.param(["cats/one.jpg"], "single_class", id="one-class"),
        pytest.param(["images/1.jpg", "masks/notes.txt"], "no_pair_layout", id="no-masks"),
    ],
)
def test_another_layout_is_refused_as_ingestion_refuses_it(tmp_path, files, reason):
    put(tmp_path, dict.fromkeys(files, b"x"))

    with pytest.raises(DataError) as refusal:
        layout.recognise(str(tmp_path))

    assert refusal.value.reason == reason
