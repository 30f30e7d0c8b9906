"""Each real folder is listed once, and no link leads out of the data unless it is asked for."""

from __future__ import annotations

import pytest

from components.errors import DataError
from components.ingestion import image_folder
from components.ingestion.layouts import left_out, traversal
from tests.fakes.image_files import put


@pytest.fixture
def data(tmp_path):
    return put(tmp_path / "data", {"a/1.jpg": b"1", "a/deep/2.jpg": b"2", "b/3.jpg": b"3"})


FILES = ["a/1.jpg", "a/deep/2.jpg", "b/3.jpg"]


def walk(folder, **options):
    return traversal.walk(str(folder), "", **options)


@pytest.mark.parametrize("follow_links", [False, True])
@pytest.mark.parametrize(
    ("target", "kind"),
    [
        pytest.param("../..", left_out.LINK_TO_PARENT, id="folder-above"),
        pytest.param("/", left_out.LINK_TO_PARENT, id="root"),
        pytest.param("..", left_out.LINK_TO_PARENT, id="the-data"),
        pytest.param(".", left_out.LINK_TO_PARENT, id="itself"),
        pytest.param("../b", left_out.LINK_TO_LISTED, id="another-class"),
    ],
)
def test_a_link_that_would_repeat_folders_ends_at_once(data, target, kind, follow_links):
    (data / "a/loop").symlink_to(target)

    found = walk(data, follow_links=follow_links)

    assert (found.files, found.skipped) == (FILES, {"a/loop": kind})


def test_two_links_to_each_other_are_files_that_cannot_be_read(data):
    (data / "a/x").symlink_to("y")
    (data / "a/y").symlink_to("x")

    assert walk(data).files == sorted([*FILES, "a/x", "a/y"])


def test_links_out_of_the_data_are_followed_only_on_request(data, tmp_path):
    put(tmp_path / "other", {"4.jpg": b"4", "deep/5.jpg": b"5"})
    (data / "c").symlink_to(tmp_path / "other")
    (data / "a/6.jpg").symlink_to(tmp_path / "other/4.jpg")

    stays, follows = walk(data), walk(data, follow_links=True)

    assert stays.files == FILES
    assert stays.skipped == dict.fromkeys(("a/6.jpg", "c"), left_out.LINK_OUT)
    assert follows.files == sorted([*FILES, "a/6.jpg", "c/4.jpg", "c/deep/5.jpg"])
    assert follows.skipped == {}


def test_a_folder_behind_several_links_is_listed_once(data, tmp_path):
    put(tmp_path / "other", {"deep/5.jpg": b"5"})
    (tmp_path / "other/back").symlink_to(data)
    (tmp_path / "other/deep/up").symlink_to("..")
    for name in ("c", "d"):
        (data / name).symlink_to(tmp_path / "other")

    found = walk(data, follow_links=True)

    assert found.files == sorted([*FILES, "c/deep/5.jpg"])
    assert found.skipped == {
        "c/back": left_out.LINK_TO_PARENT,
        "c/deep/up": left_out.LINK_TO_PARENT,
        "d": left_out.LINK_TO_LISTED,
    }


def test_a_link_inside_the_data_to_a_file_is_a_file(data):
    (data / "b/4.jpg").symlink_to("../a/1.jpg")

    assert "b/4.jpg" in walk(data).files


def test_a_data_folder_that_is_a_link_is_listed(data, tmp_path):
    (tmp_path / "link").symlink_to(data)

    assert walk(tmp_path / "link").files == FILES


def test_an_error_names_the_links_that_were_not_followed(data, tmp_path):
    put(tmp_path / "other", {"4.jpg": b"4"})
    (data / "b/3.jpg").unlink()
    (data / "b").rmdir()
    (data / "b").symlink_to(tmp_path / "other")

    with pytest.raises(DataError) as raised:
        image_folder.find(str(data))

    assert raised.value.reason == "single_class"
    assert "not followed: b. --follow-links" in str(raised.value)


def test_the_fingerprint_depends_on_files_behind_links_that_are_followed(data, tmp_path):
    put(tmp_path / "other", {"4.jpg": b"4"})
    (data / "c").symlink_to(tmp_path / "other")
    before = [image_folder.compute_fingerprint(str(data), follow_links=f) for f in (False, True)]

    put(tmp_path / "other", {"4.jpg": b"longer"})

    after = [image_folder.compute_fingerprint(str(data), follow_links=f) for f in (False, True)]
    assert (before[0] == after[0], before[1] == after[1]) == (True, False)
