"""Folders of classes that are already split, and folders that are not classes."""

from __future__ import annotations

import pytest

from components.errors import DataError
from components.ingestion import image_folder
from components.ingestion.layouts.split_folders import TRAIN_AND_VAL
from tests.fakes.image_files import put


def find(folder, *paths):
    put(folder, dict.fromkeys(paths, b""))
    return image_folder.find(str(folder))


def splits_of(listing):
    return {file.path: file.split for file in listing.files}


def refuse(folder, *paths):
    with pytest.raises(DataError) as raised:
        find(folder, *paths)
    return raised.value.reason, str(raised.value)


@pytest.mark.parametrize(
    ("train", "val", "test"),
    [
        pytest.param("Training", "Validation", "Testing", id="long"),
        pytest.param("TRN", "DEV", "TST", id="short"),
        pytest.param("train_set", "eval", "test_set", id="sets"),
        pytest.param("train2017", "val2017", "test2017", id="years"),
        pytest.param("seg_train", "seg_val", "seg_test", id="prefix"),
    ],
)
@pytest.mark.parametrize("path", ["{split}/{label}/1.jpg", "{label}/{split}/1.jpg"])
def test_usual_names_of_splits_are_read_at_both_levels(tmp_path, train, val, test, path):
    names = {train: "train", val: "val", test: "test"}
    wanted = {path.format(split=n, label=c): s for n, s in names.items() for c in ("red", "green")}

    found = find(tmp_path, *wanted)

    assert splits_of(found) == wanted
    assert found.classes == ("green", "red")


@pytest.mark.parametrize("path", ["{split}/{label}/1.jpg", "{label}/{split}/1.jpg"])
def test_without_val_it_is_taken_from_train_and_never_from_test(tmp_path, path):
    names = {"Training": TRAIN_AND_VAL, "Testing": "test"}
    wanted = {path.format(split=n, label=c): s for n, s in names.items() for c in ("red", "green")}

    found = find(tmp_path, *wanted)

    assert splits_of(found) == wanted
    assert found.takes_val_from_train


@pytest.mark.parametrize(
    ("paths", "place"),
    [
        pytest.param(("a/train/1", "a/test/1", "b/train/1", "b/2"), "b/", id="a-file"),
        pytest.param(("a/train/1", "a/test/1", "b/1"), "b/", id="one-class-is-not"),
        pytest.param(
            ("a/train/1", "a/test/1", "b/train/1", "b/test/1", "b/old/1"), "old", id="more"
        ),
        pytest.param(("train/a/1", "test/a/1", "extra/a/1"), "extra", id="a-third-folder"),
        pytest.param(("train/a/1", "train/b/1", "holdout/a/1"), "holdout", id="an-unknown-name"),
    ],
)
def test_a_folder_that_is_split_only_in_part_stops_the_run(tmp_path, paths, place):
    reason, message = refuse(tmp_path, *paths)

    assert reason == "mixed_layout"
    assert place in message


def test_a_class_without_test_stops_the_run(tmp_path):
    reason, message = refuse(tmp_path, "a/train/1", "a/test/1", "b/train/1")

    assert (reason, f"{tmp_path}/b is" in message) == ("missing_split", True)


def test_a_split_at_a_deeper_level_stops_the_run(tmp_path):
    reason, message = refuse(tmp_path, "a/x/train/1", "a/x/test/1", "b/1")

    assert (reason, "a/x is split into test, train" in message) == ("split_ignored", True)


@pytest.mark.parametrize(
    ("images", "masks"),
    [
        pytest.param("images", "masks", id="plain"),
        pytest.param("JPEGImages", "SegmentationClass", id="voc"),
        pytest.param("image", "label", id="image-label"),
        pytest.param("train/images", "train/masks", id="in-splits"),
        pytest.param("1/images", "1/masks", id="one-folder-for-each-image"),
        pytest.param("leftImg8bit/train", "gtFine/train", id="cityscapes"),
        pytest.param("train", "train_masks", id="carvana"),
        pytest.param("test_x", "test_y", id="x-y"),
        pytest.param("ISIC_Data", "ISIC_GroundTruth", id="isic"),
    ],
)
def test_images_and_masks_are_not_two_classes(tmp_path, images, masks):
    reason, message = refuse(tmp_path, f"{images}/1.jpg", f"{masks}/1.png")

    assert (reason, "fcn run masks" in message) == ("wrong_experiment", True)


def test_masks_next_to_images_are_not_examples(tmp_path):
    paths = [f"{c}/{c} ({n}){end}.png" for c in "ab" for n in range(3) for end in ("", "_mask")]

    reason, message = refuse(tmp_path, *paths, "a/a (1)_mask_1.png")

    assert (reason, "a/a (0)_mask.png" in message) == ("wrong_experiment", True)


def test_a_class_may_contain_a_picture_of_a_mask(tmp_path):
    paths = [f"{c}/{n}.jpg" for c in "ab" for n in range(20)]

    assert len(find(tmp_path, *paths, "a/1_mask.jpg").files) == 41


@pytest.mark.parametrize(
    ("paths", "place"),
    [
        (("training_set/training_set/a/1", "test_set/test_set/a/1"), "in these test_set"),
        (("seg_train/seg_train/a/1", "seg_test/seg_test/a/1"), "in these seg_test"),
        (("fold_1/a/1", "fold_2/a/1"), "fold_1, fold_2"),
        (("trainA/1", "trainB/1", "testA/1"), "testA, trainA"),
        (("cats_train/1", "cats_test/1", "dogs_train/1", "dogs_test/1"), "cats_test, cats_train"),
        (("trainred/1", "testred/1", "other/1"), "testred, trainred"),
        (("0_train/a/1", "1_test/a/1"), "0_train, 1_test"),
        (("a/fold1/1", "a/fold2/1", "b/fold1/1"), "fold1, fold2"),
    ],
    ids=(
        *("twice", "twice-with-prefix", "folds", "parts"),
        *("with-classes", "joined", "numbered", "folds-in-classes"),
    ),
)
def test_folders_of_splits_do_not_become_classes(tmp_path, paths, place):
    reason, message = refuse(tmp_path, *paths)

    assert (reason, place in message) == ("split_ignored", True)


@pytest.mark.parametrize("name", ["{}_1.jpg", "1_{}.jpg", "red-{}-1.jpg", "{}1.jpg"])
def test_splits_in_the_names_of_files_stop_the_run(tmp_path, name):
    train, test = name.format("train"), name.format("test")
    paths = [f"{label}{n}/{file}" for label in "ab" for n in range(5) for file in (train, test)]

    reason, message = refuse(tmp_path, *paths, "a0/odd.jpg")

    assert (reason, f"a0/{test}, a0/{train}" in message) == ("split_ignored", True)


@pytest.mark.parametrize(
    ("images", "masks"),
    [
        *(("photos", "masks"), ("input", "target"), ("x", "y"), ("rgb", "gt"), ("data", "labels")),
        *(("images", "masks_png"), ("images", "ground truth"), ("train/img", "train/GT_masks")),
    ],
)
def test_folders_that_share_names_are_not_two_classes(tmp_path, images, masks):
    reason, message = refuse(tmp_path, f"{images}/1.jpg", f"{masks}/1.png", f"{images}/2.jpg")

    assert (reason, f"{masks}/" in message) == ("wrong_experiment", True)


@pytest.mark.parametrize(
    ("image", "mask"),
    [
        *(("{}.jpg", "{}.mask.png"), ("{}.jpg", "mask_{}.png"), ("{}.jpg", "{}.png")),
        *(("{}_sat.jpg", "{}_mask.png"), ("{}_leftImg8bit.png", "{}_gtFine_labelIds.png")),
    ],
)
def test_masks_with_other_names_are_not_examples(tmp_path, image, mask):
    paths = [f"{c}/{each.format(n)}" for c in "ab" for n in range(3) for each in (image, mask)]

    reason, message = refuse(tmp_path, *paths)

    assert (reason, f"a/{mask.format(0)}" in message) == ("wrong_experiment", True)


def test_classes_may_share_the_names_of_their_files(tmp_path):
    found = find(tmp_path, *(f"{label}/{n}.jpg" for label in ("mask", "no_mask") for n in "12"))

    assert found.classes == ("mask", "no_mask")


@pytest.mark.parametrize("name", [" ", "\u200b", "\u3164"])
def test_a_class_without_a_visible_name_stops_the_run(tmp_path, name):
    assert refuse(tmp_path, f"{name}/1", "b/1")[0] == "bad_class_name"


def test_annotations_of_images_are_not_split_lists(tmp_path):
    paths = [
        f"{c}/{s}_1{end}" for c in "ab" for s in ("train", "test") for end in (".jpg", ".json")
    ]

    assert len(find(tmp_path, *paths, "a/other.jpg").files) == 5


def test_classes_may_be_called_as_masks(tmp_path):
    found = find(tmp_path, "with_mask/1", "without_mask/1", "mask/1")

    assert found.classes == ("mask", "with_mask", "without_mask")


def test_classes_may_end_as_splits_do(tmp_path):
    found = find(tmp_path, "steam_train/1", "bullet_train/1", "plane/1")

    assert found.classes == ("bullet_train", "plane", "steam_train")


def test_texts_about_boxes_are_not_called_masks(tmp_path):
    reason, message = refuse(tmp_path, "images/1.jpg", "labels/1.txt")

    assert (reason, "labels/ contains no images" in message) == ("wrong_experiment", True)


def test_a_folder_of_texts_is_not_a_class(tmp_path):
    found = find(tmp_path, "a/1", "b/1", "annotations/1.xml", "docs/read.md")

    assert found.classes == ("a", "b")
