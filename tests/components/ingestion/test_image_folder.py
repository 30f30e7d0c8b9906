"""Layouts, listing and fingerprint of a folder."""

from __future__ import annotations

import os

import pytest

from components.errors import DataError
from components.ingestion import image_folder
from components.ingestion.image_folder import ImageFile
from components.ingestion.layouts import left_out
from tests.fakes.image_files import put


def test_class_folders_are_listed_with_their_labels(tmp_path):
    put(tmp_path, {"b/2.jpg": b"", "a/deep/1.jpg": b"", "LICENSE.txt": b""})

    found = image_folder.find(str(tmp_path))

    assert found.files == (ImageFile("a/deep/1.jpg", "a", None), ImageFile("b/2.jpg", "b", None))
    assert found.classes == ("a", "b")
    assert found.left_out == {left_out.ANNOTATION: ("LICENSE.txt",)}


@pytest.mark.parametrize(
    ("train", "val", "test"),
    [("train", "validation", "test"), ("Train", "VALID", "Test")],
    ids=["lower-case", "capitals"],
)
def test_a_folder_that_is_already_split_keeps_its_splits(tmp_path, train, val, test):
    put(tmp_path, dict.fromkeys((f"{train}/a/1", f"{val}/a/2", f"{test}/b/3"), b""))
    put(tmp_path, {f"{test}/odd.jpg": b""})

    found = image_folder.find(str(tmp_path))

    assert found.classes == ("a", "b")
    assert {(file.path, file.label, file.split) for file in found.files} == {
        (f"{train}/a/1", "a", "train"),
        (f"{val}/a/2", "a", "val"),
        (f"{test}/b/3", "b", "test"),
    }
    assert found.left_out == {left_out.OF_NO_IMAGE: (f"{test}/odd.jpg",)}
    assert found.splits_by == "folders"


@pytest.mark.parametrize("sign", ["\n", "\r", "\t", "\x85", "\u2028", "\u2029"])
@pytest.mark.parametrize("above", ["", "val/"])
def test_a_class_name_that_is_more_than_a_line_is_refused(tmp_path, above, sign):
    put(tmp_path, {"train/a/1": b"", "val/a/1": b"", "test/a/1": b""} if above else {"a/1": b""})
    put(tmp_path, {f"{above}red{sign}rose/1": b""})

    with pytest.raises(DataError) as raised:
        image_folder.find(str(tmp_path))

    assert raised.value.reason == "bad_class_name"
    assert repr(f"{above}red{sign}rose") in str(raised.value)


def test_hidden_folders_are_no_classes(tmp_path):
    put(tmp_path, {"a/1.jpg": b"", "b/1.jpg": b"", ".git/x": b"", "__MACOSX/a/1.jpg": b""})

    found = image_folder.find(str(tmp_path))

    assert found.classes == ("a", "b")
    assert found.left_out == {
        left_out.HIDDEN: (".git/x",),
        left_out.SYSTEM: ("__MACOSX/a/1.jpg",),
    }


def test_a_class_may_be_called_train(tmp_path):
    put(tmp_path, {"train/1.jpg": b"", "plane/1.jpg": b""})

    assert image_folder.find(str(tmp_path)).classes == ("plane", "train")


def test_a_folder_in_memory_is_listed_as_well():
    from tensorflow.io import gfile

    for label in ("a", "b"):
        gfile.makedirs(f"ram://flowers/{label}")
        with gfile.GFile(f"ram://flowers/{label}/1.jpg", "w") as file:
            file.write("x")

    assert [f.path for f in image_folder.find("ram://flowers").files] == ["a/1.jpg", "b/1.jpg"]


@pytest.mark.parametrize(
    ("paths", "reason", "place"),
    [
        pytest.param([], "no_class_folders", "", id="nothing"),
        pytest.param(["1.jpg"], "no_class_folders", "", id="files-only"),
        pytest.param(["roses/a/1", "roses/b/1"], "single_class", "'roses'", id="one-class"),
        pytest.param(["train/a/1", "val/a/1"], "missing_split", "test/", id="no-test"),
        pytest.param(["train/a/1", "val/a/1", "x/1"], "mixed_layout", "(x)", id="mixed"),
    ],
)
def test_a_folder_of_no_known_layout_stops_the_run(tmp_path, paths, reason, place):
    put(tmp_path, dict.fromkeys(paths, b""))

    with pytest.raises(DataError) as raised:
        image_folder.find(str(tmp_path))

    assert raised.value.reason == reason
    assert repr(str(tmp_path)) in str(raised.value)
    assert place in str(raised.value)


def test_a_missing_folder_stops_the_run(tmp_path):
    with pytest.raises(DataError) as raised:
        image_folder.find(str(tmp_path / "nowhere"))

    assert raised.value.reason == "folder_missing"
    assert str(raised.value) == (
        f"The folder '{tmp_path}/nowhere' does not exist. Give a folder with <class>/<file>, or "
        "train/ val/ test/ with <class>/<file> below each, or <class>/ with train/ val/ test/ "
        "below each."
    )


@pytest.mark.parametrize("files", [(), ("b/.DS_Store", "b/1.txt")], ids=["empty", "no-images"])
def test_an_empty_class_folder_is_named(tmp_path, files):
    put(tmp_path, {"a/1.jpg": b"", **dict.fromkeys(files, b"")})
    (tmp_path / "b").mkdir(exist_ok=True)

    with pytest.raises(DataError) as raised:
        image_folder.find(str(tmp_path))

    assert raised.value.reason == "empty_class_folder"
    assert f"{tmp_path}/b " in str(raised.value)


def test_one_changed_file_changes_the_fingerprint(tmp_path):
    put(tmp_path, {"a/1.jpg": b"x", "b/2.jpg": b"y"})
    before = image_folder.compute_fingerprint(str(tmp_path))

    assert image_folder.compute_fingerprint(str(tmp_path)) == before
    os.utime(tmp_path / "b/2.jpg", (1, 1))
    assert image_folder.compute_fingerprint(str(tmp_path)) != before


def test_a_renamed_file_changes_the_fingerprint(tmp_path):
    put(tmp_path, {"a/1.jpg": b"x"})
    before = image_folder.compute_fingerprint(str(tmp_path))
    (tmp_path / "a/1.jpg").rename(tmp_path / "a/2.jpg")

    assert image_folder.compute_fingerprint(str(tmp_path)) != before


def test_a_name_that_is_not_utf_8_is_named(tmp_path):
    put(tmp_path, {"a/1.jpg": b""})
    (tmp_path / os.fsdecode(b"caf\xe9")).mkdir()

    with pytest.raises(DataError) as raised:
        image_folder.find(str(tmp_path))

    assert raised.value.reason == "name_not_utf8"
    assert "caf" in str(raised.value)
