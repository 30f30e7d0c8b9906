"""Images and masks that are already split, in each of the usual ways."""

from __future__ import annotations

import pytest

from components.errors import DataError
from components.ingestion import pair_folder
from components.ingestion.layouts import left_out
from components.ingestion.layouts.split_folders import TRAIN_AND_VAL
from tests.fakes.image_files import put


def find(folder, *paths):
    put(folder, dict.fromkeys(paths, b""))
    return pair_folder.find(str(folder))


def found_in(listing):
    return {(file.path, file.pair.mask, file.split) for file in listing.files}


@pytest.mark.parametrize(
    ("image", "mask"),
    [
        pytest.param("{}/images/a", "{}/masks/a", id="splits-first"),
        pytest.param("images/{}/a", "masks/{}/a", id="splits-in-both"),
        pytest.param("images/{}/a{}", "masks/a{}", id="splits-of-images"),
        pytest.param("images/a{}", "masks/{}/a{}", id="splits-of-masks"),
        pytest.param("images/{}/deep/a", "annotations/{}/deep/a", id="deep"),
        pytest.param("{}/img/a", "{}/Label/a", id="other-names"),
    ],
)
@pytest.mark.parametrize("names", [("train", "val", "test"), ("Training", "DEV", "testing")])
def test_folders_of_splits_are_read(tmp_path, image, mask, names):
    pairs = [(f"{image.format(n, n)}.jpg", f"{mask.format(n, n)}.png") for n in names]

    found = find(tmp_path, *(path for pair in pairs for path in pair))

    splits = ("train", "val", "test")
    assert found_in(found) == {(*pair, s) for pair, s in zip(pairs, splits, strict=True)}
    assert (found.splits_by, found.left_out) == ("folders", {})


def test_sides_may_name_their_splits_differently(tmp_path):
    found = find(
        tmp_path,
        "images/train/1.jpg",
        "masks/Training/1.png",
        "images/test/1.jpg",
        "masks/TEST/1.png",
    )

    assert found_in(found) == {
        ("images/train/1.jpg", "masks/Training/1.png", TRAIN_AND_VAL),
        ("images/test/1.jpg", "masks/TEST/1.png", "test"),
    }


def test_pascal_voc_is_read_with_its_lists(tmp_path):
    lists = {"train": b"1\n", "val": b"2\n", "trainval": b"1\n2\n", "test": b"3\n"}
    put(tmp_path, {f"ImageSets/Segmentation/{name}.txt": text for name, text in lists.items()})
    put(tmp_path, {"ImageSets/Main/train.txt": b"1\n4\n", "SegmentationObject/1.png": b""})

    found = find(
        tmp_path,
        *(f"JPEGImages/{n}.jpg" for n in range(1, 5)),
        *(f"SegmentationClass/{n}.png" for n in range(1, 4)),
    )

    assert [file.split for file in found.files] == ["train", "val", "test"]
    assert found.left_out[left_out.IN_NO_LIST] == ("JPEGImages/4.jpg",)
    assert found.left_out[left_out.OF_NO_IMAGE] == ("SegmentationObject/1.png",)


def test_a_pair_in_no_list_stops_the_run(tmp_path):
    put(tmp_path, {"train.txt": b"1\n", "test.txt": b"2\n"})
    sides = (f"{side}/{n}.png" for n in (1, 2, 3) for side in ("images", "masks"))

    with pytest.raises(DataError, match=r"images/3\.png") as raised:
        find(tmp_path, *sides)

    assert raised.value.reason == "split_list_incomplete"


@pytest.mark.parametrize(
    ("paths", "reason", "place"),
    [
        pytest.param(
            ("images/train/1", "images/test/2", "images/3", "masks/train/1"),
            "mixed_layout",
            "3",
            id="split-in-part",
        ),
        pytest.param(
            ("images/a/train/1", "images/a/test/2", "masks/a/1"),
            "split_ignored",
            "images/a",
            id="deep",
        ),
        pytest.param(
            ("images/1", "masks/1", "labels/1"), "ambiguous_sides", "labels, masks", id="two-sides"
        ),
        pytest.param(
            ("images/a.jpg", "images/a.bmp", "masks/a.png"),
            "ambiguous_name",
            "a.bmp",
            id="two-images",
        ),
        pytest.param(
            ("red/1.jpg", "green/1.jpg"), "no_pair_layout", "fcn run images", id="classes"
        ),
        pytest.param(
            ("images/train/1", "masks/train/1", "images/val/2"),
            "missing_split",
            "test",
            id="no-test",
        ),
        pytest.param(
            ("images/1", "masks/1", "test_images/2", "test_masks/2"),
            "split_ignored",
            "test_images, test_masks",
            id="test-next-to-it",
        ),
        pytest.param(
            ("images/fold1/1", "masks/fold1/1", "images/fold2/2", "masks/fold2/2"),
            "split_ignored",
            "fold1, fold2",
            id="folds",
        ),
    ],
)
def test_other_layouts_stop_the_run(tmp_path, paths, reason, place):
    with pytest.raises(DataError) as raised:
        find(tmp_path, *paths)

    assert raised.value.reason == reason
    assert place in str(raised.value)
