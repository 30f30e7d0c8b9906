"""A file or a folder that a command writes is complete, or it is not there."""

from __future__ import annotations

import pytest

from pipeline import whole


def test_a_file_appears_when_it_is_complete(tmp_path):
    target = tmp_path / "new" / "a.png"

    with whole.fill_file(target) as unfinished:
        unfinished.write_bytes(b"all")
        assert unfinished.suffix == ".png"
        assert not target.exists()

    assert target.read_bytes() == b"all"
    assert list(target.parent.iterdir()) == [target]


def test_an_error_leaves_the_file_as_it_was(tmp_path):
    target = tmp_path / "a.png"
    target.write_bytes(b"before")

    with pytest.raises(KeyError), whole.fill_file(target) as unfinished:
        unfinished.write_bytes({}["half"])

    assert target.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [target]


def test_a_folder_appears_when_it_is_complete(tmp_path):
    with whole.fill_folder(tmp_path / "data" / "pets") as unfinished:
        (unfinished / "a.txt").write_text("a")
        assert not (tmp_path / "data" / "pets").exists()

    assert [path.name for path in (tmp_path / "data" / "pets").iterdir()] == ["a.txt"]
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["pets"]


def test_an_error_leaves_nothing_of_a_folder(tmp_path):
    with pytest.raises(KeyError), whole.fill_folder(tmp_path / "pets") as unfinished:
        (unfinished / "a.txt").write_text({}["a"])

    assert not list(tmp_path.iterdir())
