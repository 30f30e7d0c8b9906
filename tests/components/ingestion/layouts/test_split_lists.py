"""Split lists decide the splits, and stop the run if they do not fit the folder."""

from __future__ import annotations

import os

import pytest

from components.errors import DataError
from components.ingestion import image_folder, pair_folder
from components.ingestion.layouts.split_folders import TRAIN_AND_VAL
from tests.fakes.image_files import official_pairs, put

PATHS = ("a/1.jpg", "a/2 x.jpg", "a/3.jpg", "b/1.jpg", "b/2.jpg", "b/sub/3.jpg")
LISTS = {
    "train": "a/1.jpg\nb/1.jpg\n",
    "val": "a/2 x.jpg\nb/2.jpg\n",
    "test": "a/3.jpg\nb/sub/3.jpg\n",
}
WANTED = dict(zip(PATHS, ("train", "val", "test") * 2, strict=True))


def find(folder, lists, paths=PATHS):
    put(folder, dict.fromkeys(paths, b""))
    put(folder, {name: text.encode() for name, text in lists.items()})
    return image_folder.find(str(folder))


def splits_of(listing):
    return {file.path: file.split for file in listing.files}


def refuse(folder, lists, paths=PATHS):
    with pytest.raises(DataError) as raised:
        find(folder, lists, paths)
    return raised.value.reason, str(raised.value)


@pytest.mark.parametrize("place", ["", "splits/", "ImageSets/Main/", "annotations/", "Lists/"])
def test_lists_are_read_in_the_usual_places(tmp_path, place):
    found = find(tmp_path, {f"{place}{name}.txt": text for name, text in LISTS.items()})

    assert splits_of(found) == WANTED
    assert (found.splits_by, found.companions, found.left_out) == ("lists", 3, {})


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda line: line.removesuffix(".jpg"), id="stems"),
        pytest.param(lambda line: f"./{line} 0", id="labels-follow"),
        pytest.param(lambda line: f"{line},0,cat", id="commas"),
        pytest.param(lambda line: f"/home/me/data/{line}", id="absolute-elsewhere"),
        pytest.param(lambda line: line.replace("/", "\\") + "\r", id="windows"),
        pytest.param(lambda line: f"# a comment\n\n{line}\n{line}", id="comments-and-repeats"),
    ],
)
def test_a_line_may_be_written_in_several_ways(tmp_path, change):
    lists = {
        f"{name}.txt": "\n".join(map(change, text.splitlines())) for name, text in LISTS.items()
    }

    assert splits_of(find(tmp_path, lists)) == WANTED


@pytest.mark.parametrize("name", ["trainval.txt", "Training.txt"])
def test_without_val_it_is_taken_from_train(tmp_path, name):
    train = LISTS["train"] + LISTS["val"]

    found = splits_of(find(tmp_path, {name: train, "Test.txt": LISTS["test"]}))

    assert found == {p: "test" if s == "test" else TRAIN_AND_VAL for p, s in WANTED.items()}


def test_the_union_of_train_and_val_may_be_there_too(tmp_path):
    lists = {f"{name}.txt": text for name, text in LISTS.items()}

    assert splits_of(find(tmp_path, {**lists, "trainval.txt": "a/1.jpg"})) == WANTED


@pytest.mark.parametrize(
    ("changed", "reason", "place"),
    [
        ({"val": "a/2 x.jpg\nb/9.jpg"}, "split_list_names_no_image", "val.txt, line 2: 'b/9.jpg'"),
        ({"val": "1\n"}, "split_list_names_no_image", "val.txt, line 1: '1'"),
        ({"val": "a/2 x.jpg\n"}, "split_list_incomplete", "b/2.jpg"),
        (
            {"val": LISTS["val"] + "a/3.jpg"},
            "split_list_contradiction",
            "val.txt, line 3: 'a/3.jpg'",
        ),
        ({"test": ""}, "missing_split", "test"),
    ],
    ids=["not-there", "two-fit", "misses-one", "in-two-splits", "no-test"],
)
def test_lists_that_do_not_fit_the_files_stop_the_run(tmp_path, changed, reason, place):
    found, message = refuse(tmp_path, {f"{n}.txt": t for n, t in (LISTS | changed).items()})

    assert found == reason
    assert place in message


@pytest.mark.parametrize(
    ("lists", "reason", "place"),
    [
        ({"train.txt": LISTS["train"]}, "missing_split", "test"),
        ({"train.txt": "a/1", "val.txt": "a/3"}, "missing_split", "test"),
        ({"train.csv": "", "test.csv": ""}, "split_list_ignored", "test.csv, train.csv"),
        ({"splits/train1.txt": "", "splits/test1.txt": ""}, "split_list_ignored", "test1.txt"),
        ({"a/train.txt": "", "a/test.txt": ""}, "split_list_ignored", "a/test.txt, a/train.txt"),
        ({"train_test_split.txt": "1 0"}, "split_list_ignored", "train_test_split.txt"),
        ({"train.txt": "", "splits/train.txt": ""}, "split_lists_in_two_places", "splits/"),
        ({"list_train.txt": "", "list_test.txt": ""}, "split_list_ignored", "list_test.txt"),
        ({"trainlist01.txt": "", "testlist01.txt": ""}, "split_list_ignored", "testlist01.txt"),
        ({"train_list.mat": "", "test_list.mat": ""}, "split_list_ignored", "test_list.mat"),
        ({"train.npy": "", "test.npy": ""}, "split_list_ignored", "test.npy, train.npy"),
        (
            {"instances_train2017.json": "", "instances_val2017.json": ""},
            "split_list_ignored",
            "val",
        ),
        ({"setid.mat": ""}, "split_list_ignored", "setid.mat"),
        ({"fold_0.csv": "", "fold_1.csv": ""}, "split_list_ignored", "fold_0.csv, fold_1.csv"),
        ({"test.csv": ""}, "split_list_ignored", "test.csv"),
        ({"train": "", "test": ""}, "split_list_ignored", "test, train"),
    ],
    ids=(
        *("train-only", "no-test", "csv", "folds", "elsewhere", "of-all", "two-places"),
        *("word-last", "joined", "mat", "arrays", "coco", "ids", "folds-apart", "test-alone"),
        "no-extension",
    ),
)
def test_lists_that_cannot_be_read_stop_the_run(tmp_path, lists, reason, place):
    found, message = refuse(tmp_path, lists)

    assert found == reason
    assert place in message


def test_a_list_that_is_not_utf_8_is_named(tmp_path):
    put(tmp_path, {"train.txt": b"caf\xe9\n", "test.txt": b""})

    assert refuse(tmp_path, {})[0] == "list_unreadable"


@pytest.mark.timeout(20)
def test_a_list_that_is_a_pipe_stops_the_run(tmp_path):
    for name in ("train.txt", "test.txt"):
        os.mkfifo(tmp_path / name)

    reason, message = refuse(tmp_path, {})

    assert (reason, "is a pipe" in message) == ("list_unreadable", True)


def test_a_list_that_contradicts_the_folders_stops_the_run(tmp_path):
    paths = ("train/a/1", "train/b/1", "test/a/2", "test/b/2")

    reason, message = refuse(tmp_path, {"test.txt": "train/b/1\n"}, paths)

    assert (reason, "test.txt, line 1" in message) == ("split_list_contradiction", True)


def test_the_official_lists_of_the_pets_hold_test_out(tmp_path):
    official_pairs(tmp_path, count=4)
    lists = {"trainval": "Maine_Coon_0 1 1 1\nbeagle_1 2 2 1\n", "test": "Maine_Coon_2 1 1 1\n"}
    put(tmp_path, {f"annotations/{name}.txt": text.encode() for name, text in lists.items()})

    found = pair_folder.find(str(tmp_path))

    assert {file.path.split("/")[1]: file.split for file in found.files} == {
        "Maine_Coon_0.jpg": TRAIN_AND_VAL,
        "beagle_1.jpg": TRAIN_AND_VAL,
        "Maine_Coon_2.jpg": "test",
        "beagle_3.jpg": TRAIN_AND_VAL,  # In no list of splits.
    }
