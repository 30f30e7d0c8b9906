"""Which images the arguments of `fcn predict` name, and where their outputs go."""

import io
import os

import pytest

from serving.prediction import image_files
from serving.prediction.image_list import ImageList, NothingFoundError, read_names
from tests.fakes.image_files import jpeg, put

FILES = ("a/x.jpg", "b/x.jpg", "b/c/y.PNG", "b/plain", "b/notes.txt", "b/.z.jpg", "b/film.bin")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    content = {"b/plain": jpeg(), "b/film.bin": b"film"}
    return put(tmp_path, {name: content.get(name, b"") for name in FILES})


@pytest.mark.parametrize(
    ("arguments", "places"),
    [
        pytest.param(["b"], ["c/y.PNG", "plain", "x.jpg"], id="folder"),
        pytest.param(["b/x.jpg"], ["x.jpg"], id="file"),
        pytest.param(["a/x.jpg", "b/x.jpg"], ["a/x.jpg", "b/x.jpg"], id="files-of-two-folders"),
        pytest.param(["a", "b/c"], ["a/x.jpg", "b/c/y.PNG"], id="two-folders"),
        pytest.param(["b/**/*.PNG"], ["c/y.PNG"], id="pattern"),
        pytest.param(["-"], ["stdin"], id="standard-input"),
    ],
)
def test_the_place_of_an_output_is_the_path_below_the_common_folder(folder, arguments, places):
    assert [str(source.place) for source in ImageList(arguments)] == places


def test_names_are_printed_as_they_were_given(folder):
    assert [source.name for source in ImageList(["./b/c"])] == ["./b/c/y.PNG"]


def test_other_files_are_counted_by_kind(folder):
    images = ImageList(["b"])

    assert len(list(images)) == 3
    assert images.left_out == {"annotation_file": 1, "hidden_file": 1, "not_an_image": 1}


def test_a_pipe_is_not_read(folder):
    os.mkfifo(folder / "a" / "pipe.jpg")
    images = ImageList(["a"])

    assert [str(source.place) for source in images] == ["x.jpg"]
    assert images.left_out == {"not_an_image": 1}


def test_links_to_folders_are_counted_and_not_followed(folder):
    (folder / "b" / "again").symlink_to(folder / "b")
    images = ImageList(["b"])

    assert len(list(images)) == 3
    assert images.left_out["link_to_a_folder"] == 1


@pytest.mark.parametrize("argument", ["nowhere.jpg", "nowhere/*.jpg", "a/*.gif"])
def test_an_argument_that_names_nothing_is_refused_at_once(folder, argument):
    with pytest.raises(NothingFoundError) as refused:
        ImageList(["a/x.jpg", argument])

    assert refused.value.argument == argument


def test_a_list_may_name_files_outside_the_working_directory(folder, monkeypatch):
    monkeypatch.chdir(folder / "a")

    sources = list(read_names(io.StringIO(f"x.jpg\r\n\n{folder}/b/x.jpg\n")))

    assert [source.name for source in sources] == ["x.jpg", f"{folder}/b/x.jpg"]
    assert [str(source.place) for source in sources] == ["x.jpg", f"{folder}/b/x.jpg"[1:]]


def test_a_file_that_is_too_long_is_not_read_whole(folder, monkeypatch):
    monkeypatch.setattr(image_files, "MAX_BYTES", 9)
    (source,) = ImageList(["b/plain"])

    with pytest.raises(OSError, match="more than 9 bytes"):
        source.read()
