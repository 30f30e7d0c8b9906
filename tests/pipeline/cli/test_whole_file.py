"""A file that a command writes is complete, or it is not there."""

from __future__ import annotations

import pytest

from pipeline.cli import whole_file


def test_the_file_appears_when_it_is_complete(tmp_path):
    target = tmp_path / "new" / "a.png"

    with whole_file.fill(target) as unfinished:
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


def fail_halfway(target):
    with whole_file.fill(target) as unfinished:
        unfinished.write_bytes(b"half")
        raise ZeroDivisionError
