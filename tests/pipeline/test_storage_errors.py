"""A disk that is full, a database that is locked, a place without permission: one sentence each."""

import errno
import os
import sqlite3

import pytest
import tensorflow as tf

from components.errors import DataError
from pipeline import storage_errors
from pipeline.storage_errors import StorageError, name_storage_errors


def os_error(number, *place):
    return OSError(number, os.strerror(number), *place)


ERRORS = {
    "full": (os_error(errno.ENOSPC), "/disk/run", "is full"),
    "full-with-a-name": (os_error(errno.ENOSPC, "/disk/run/a b"), "/disk/run/a b", "is full"),
    "quota": (os_error(errno.EDQUOT), "/disk/run", "quota"),
    "permission": (os_error(errno.EACCES, "/served/x"), "/served/x", "permission denied"),
    "read-only": (os_error(errno.EROFS, "/served/x"), "/served/x", "read-only"),
    "too-large": (os_error(errno.EFBIG, "/disk/run/x"), "/disk/run/x", "limit"),
    "gone": (os_error(errno.ESTALE, "/served/x"), "/served/x", "network disk"),
    "not-mounted": (os_error(errno.ENOTCONN, "/served/x"), "/served/x", "network disk"),
    "tensorflow": (
        tf.errors.ResourceExhaustedError(None, None, "/disk/run/x; No space left on device"),
        "/disk/run/x",
        "is full",
    ),
    "beam": (
        RuntimeError(
            'File "/usr/lib/x.py"\nOSError: [Errno 28] No space left on device [while running]'
        ),
        "/disk/run",
        "is full",
    ),
    "locked": (sqlite3.OperationalError("database is locked"), "/disk/run", "locked"),
    "damaged": (sqlite3.DatabaseError("file is not a database"), "/disk/run", "damaged"),
}


def raise_(error):
    with name_storage_errors("/disk/run", "/served"):
        raise error


@pytest.mark.parametrize("kind", ERRORS)
def test_the_place_and_the_problem_are_named(kind):
    error, place, problem = ERRORS[kind]

    with pytest.raises(StorageError) as raised:
        raise_(error)

    assert str(raised.value).startswith(place)
    assert problem in str(raised.value)


def test_the_cause_of_another_error_is_found():
    error = RuntimeError("Execution failed")
    error.__cause__ = os_error(errno.ENOSPC, "/disk/run/x")

    with pytest.raises(StorageError, match="/disk/run/x is full"):
        raise_(error)


def test_of_several_places_the_full_one_is_named(monkeypatch):
    monkeypatch.setattr(storage_errors, "is_full", lambda place: place == "/served")

    with pytest.raises(StorageError, match="/served is full"):
        raise_(os_error(errno.ENOSPC))


@pytest.mark.parametrize(
    "error",
    [
        ValueError("shapes differ"),
        FileNotFoundError(errno.ENOENT, "No such file", "/x"),
        DataError("folder_unreadable", "the data: permission denied"),
    ],
)
def test_other_errors_pass(error):
    with pytest.raises(type(error)) as raised:
        raise_(error)

    assert raised.value is error
