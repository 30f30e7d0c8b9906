"""A file or a folder that a command writes is complete, or it is not there."""

from __future__ import annotations

import pytest

from pipeline import whole


def test_the_file_appears_when_it_is_complete(tmp_path):
    target = tmp_path / "new" / "a.png"

    with whole.fill(target) as unfinished:
        unfinished.write_bytes(b"all")
        assert unfinished.suffix == ".png"
        assert not target.exists()

    assert target.read_bytes() == b"all"
    assert list(target.parent.iterdir()) == [target]


def test_an_error_leaves_the_file_as_it_was(tmp_path):
    target = tmp_path / "a.png"
    target.write_bytes(b"before")

    with pytest.raises(ZeroDivisionError):
        fail_halfway(target)

    assert target.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [target]


def test_a_folder_appears_when_it_is_complete(tmp_path):
    with whole.fill(tmp_path / "new" / "7") as unfinished:
        unfinished.mkdir()
        (unfinished / "a").write_bytes(b"all")

    assert (tmp_path / "new" / "7" / "a").read_bytes() == b"all"


def test_an_error_leaves_nothing_of_a_folder(tmp_path):
    with pytest.raises(FileExistsError):
        fail_in_folder(tmp_path / "7")

    assert not list(tmp_path.iterdir())


def fail_in_folder(target):
    with whole.fill(target) as unfinished:
        unfinished.mkdir()
        (unfinished / "a").write_bytes(b"half")
        unfinished.mkdir()


def fail_halfway(target):
    with whole.fill(target) as unfinished:
        unfinished.write_bytes(b"half")
        raise ZeroDivisionError
