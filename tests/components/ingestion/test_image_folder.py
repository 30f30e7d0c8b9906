"""Layouts, listing and fingerprint of a folder."""

from __future__ import annotations

import os

import pytest

from components.errors import DataError
from components.ingestion import image_folder
from components.ingestion.image_folder import ImageFile
from tests.fakes.image_files import put


def test_class_folders_are_listed_with_their_labels(tmp_path):
    put(tmp_path, {"b/2.jpg": b"", "a/deep/1.jpg": b"", "LICENSE.txt": b""})

    found = image_folder.find(str(tmp_path))

    assert found.files == (ImageFile("a/deep/1.jpg", "a", None), ImageFile("b/2.jpg", "b", None))
    assert found.classes == ("a", "b")
    assert found.outside == ("LICENSE.txt",)


def test_a_folder_that_is_split_keeps_its_splits(tmp_path):
    put(tmp_path, {"train/a/1": b"", "validation/a/2": b"", "test/b/3": b"", "test/README": b""})

    found = image_folder.find(str(tmp_path))

    assert [(f.label, f.split) for f in found.files] == [
        ("b", "test"),
        ("a", "train"),
        ("a", "val"),
    ]
    assert found.outside == ("test/README",)


def test_split_folders_may_have_capitals(tmp_path):
    put(tmp_path, {"Train/a/1": b"", "Train/b/2": b"", "VALID/a/3": b"", "Test/b/4": b""})

    found = image_folder.find(str(tmp_path))

    assert found.classes == ("a", "b")
    assert {file.path: file.split for file in found.files} == {
        "Train/a/1": "train",
        "Train/b/2": "train",
        "VALID/a/3": "val",
        "Test/b/4": "test",
    }


@pytest.mark.parametrize("sign", ["\n", "\r", "\t", "\x85", "\u2028", "\u2029"])
@pytest.mark.parametrize("above", ["", "val/"])
def test_a_class_name_that_is_more_than_a_line_is_refused(tmp_path, above, sign):
    put(tmp_path, {"train/a/1": b"", "val/a/1": b"", "test/a/1": b""} if above else {"a/1": b""})
    put(tmp_path, {f"{above}red{sign}rose/1": b""})

    with pytest.raises(DataError, match="rename it") as stopped:
        image_folder.find(str(tmp_path))

    assert repr(f"{above}red{sign}rose") in str(stopped.value)


def test_one_class_alone_is_refused_with_the_layouts(tmp_path):
    put(tmp_path, {"flower_photos/roses/1.jpg": b"", "flower_photos/tulips/1.jpg": b""})

    with pytest.raises(DataError, match=r"one class only, 'flower_photos'.*<class>/<file>, or"):
        image_folder.find(str(tmp_path))


def test_hidden_files_count_and_hidden_folders_are_no_classes(tmp_path):
    put(tmp_path, {"a/1.jpg": b"", "b/.DS_Store": b"", ".git/x": b"", "__MACOSX/a/._1.jpg": b""})

    found = image_folder.find(str(tmp_path))

    assert [file.path for file in found.files] == ["a/1.jpg", "b/.DS_Store"]
    assert found.outside == (".git/x", "__MACOSX/a/._1.jpg")


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
    ("files", "said"),
    [
        pytest.param({}, "holds no class folders", id="nothing"),
        pytest.param({"1.jpg": b""}, "holds no class folders", id="files-only"),
        pytest.param({"train/a/1": b"", "test/a/1": b""}, "no class folders in val/", id="no-val"),
        pytest.param({"train/a/1": b"", "val/a/1": b"", "x/1": b""}, "beside others", id="mixed"),
    ],
)
def test_a_folder_of_no_known_layout_stops_the_run(tmp_path, files, said):
    put(tmp_path, files)

    with pytest.raises(DataError, match=said):
        image_folder.find(str(tmp_path))


def test_a_missing_folder_stops_the_run(tmp_path):
    with pytest.raises(DataError, match="There is no folder"):
        image_folder.find(str(tmp_path / "nowhere"))


def test_an_empty_class_folder_is_named(tmp_path):
    put(tmp_path, {"a/1.jpg": b""})
    (tmp_path / "b").mkdir()

    with pytest.raises(DataError, match="b is empty"):
        image_folder.find(str(tmp_path))


def test_one_changed_file_changes_the_fingerprint(tmp_path):
    put(tmp_path, {"a/1.jpg": b"x", "b/2.jpg": b"y"})
    before = image_folder.fingerprint(str(tmp_path))

    assert image_folder.fingerprint(str(tmp_path)) == before
    os.utime(tmp_path / "b/2.jpg", (1, 1))
    assert image_folder.fingerprint(str(tmp_path)) != before


def test_a_renamed_file_changes_the_fingerprint(tmp_path):
    put(tmp_path, {"a/1.jpg": b"x"})
    before = image_folder.fingerprint(str(tmp_path))
    (tmp_path / "a/1.jpg").rename(tmp_path / "a/2.jpg")

    assert image_folder.fingerprint(str(tmp_path)) != before
