"""The metadata of the last local run."""

import contextlib
import sqlite3
from pathlib import Path

import pytest

from pipeline.local import metadata


def test_a_folder_without_a_run_is_an_error_that_says_how_to_start(tmp_path):
    with pytest.raises(FileNotFoundError, match="fcn run"):
        metadata.read_last_run(str(tmp_path))


def test_a_database_that_another_program_has_locked_is_refused_soon(tmp_path, monkeypatch):
    monkeypatch.setattr(metadata, "LOCK_SECONDS", 0.1)
    with contextlib.closing(sqlite3.connect(metadata.find_database(tmp_path))) as other:
        other.execute("CREATE TABLE t (a)")
        metadata.check_database(str(tmp_path))
        other.execute("BEGIN EXCLUSIVE")

        with pytest.raises(sqlite3.OperationalError, match="locked"):
            metadata.check_database(str(tmp_path))


@pytest.mark.parametrize("content", [b"not a database" * 100, b"SQLite format 3\0" + bytes(9)])
def test_a_damaged_database_is_refused(tmp_path, content):
    Path(metadata.find_database(tmp_path)).write_bytes(content)

    with pytest.raises(sqlite3.DatabaseError):
        metadata.check_database(str(tmp_path))


def test_a_new_working_directory_has_no_database_to_check(tmp_path):
    metadata.check_database(str(tmp_path))

    assert not list(tmp_path.iterdir())
