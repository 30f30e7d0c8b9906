"""Names the place and the fix if a disk is full, a database is locked, or a place is not writable.

Such errors come from Python, TensorFlow, Beam and SQLite, each in its own words, and often inside
others. They are recognised by the words of the system and of SQLite, which all of them repeat.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import typer

from components.errors import DataError

PROBLEMS = {
    "no space left on device": "is full",
    "disk quota exceeded": "is full: the quota is used up",
    "database or disk is full": "is full",
    "read-only file system": "is on a file system that is read-only",
    "readonly database": "contains a database that is read-only",
    "database is locked": "contains metadata.sqlite, which another program has locked",
    "concurrent writes aborted": "contains metadata.sqlite, which another program has locked",
    "unable to open database file": "contains metadata.sqlite, which cannot be opened",
    "file is not a database": "contains metadata.sqlite, which is damaged",
    "disk image is malformed": "contains metadata.sqlite, which is damaged",
    "disk i/o error": "cannot be read or written: input/output error",
    "input/output error": "cannot be read or written: input/output error",
    "file too large": "would be larger than a limit of the file system or of the shell allows",
    "stale file handle": "is on a network disk that has changed or is gone",
    "transport endpoint is not connected": "is on a network disk that has changed or is gone",
    "permission denied": "cannot be read or written: permission denied",
    "operation not permitted": "cannot be read or written: operation not permitted",
}
FIXES = {
    "is full": "Make room, or give a folder on another disk.",
    "which another": "End the program that uses it.",
    "would be larger": "Raise the limit (`ulimit -f`), or give a folder on another disk.",
    "network disk": "Mount the disk again, or give another folder.",
    "which is damaged": "Remove that file: the steps then run again.",
}
OTHER_FIX = "Correct its permissions, or give another folder."
NO_ROOM = 1_000_000  # Bytes: a disk with less is taken for the one that is full.
PATH = re.compile(r"(?:^|[\s'\"(:])(/[^\s'\";:)]+)")


class StorageError(Exception):
    """A place cannot be used. The text is a sentence with the place, and one with the fix."""


@contextmanager
def name_storage_errors(*places: str | Path) -> Iterator[None]:
    """Raises StorageError in place of an error of the storage; all others pass.

    `places` are the folders that the block writes: one of them is named if the error names none.
    """
    try:
        yield
    except (DataError, typer.Exit):  # They are sentences already.
        raise
    except Exception as error:
        for cause in list_causes(error):
            if text := explain(cause, [str(place) for place in places]):
                raise StorageError(text) from error
        raise


def list_causes(error: BaseException) -> Iterator[BaseException]:
    """The error, and those that led to it, the innermost last."""
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        yield cause
        cause = cause.__cause__ or cause.__context__


def explain(error: BaseException, places: Sequence[str]) -> str:
    """What is wrong with which place, and the fix. Empty for other errors."""
    problem = find_problem(str(error))
    if not problem:
        return ""
    fix = next((fix for words, fix in FIXES.items() if words in problem), OTHER_FIX)
    return f"{find_place(error, problem, places)} {problem}. {fix}"


def find_problem(text: str) -> str:
    """What is wrong, by the words of the text. Empty for other texts."""
    return next((said for words, said in PROBLEMS.items() if words in text.lower()), "")


def find_place(error: BaseException, problem: str, places: Sequence[str]) -> str:
    """The path that the error names; else the place that is full, or the first."""
    named = getattr(error, "filename", None)
    if named:
        return str(named)
    lines = [line for line in str(error).splitlines() if find_problem(line)]
    found = [path for line in lines for path in PATH.findall(line)]
    if found:
        return str(found[0])
    if "is full" in problem:
        return next(filter(is_full, [*places, tempfile.gettempdir()]), places[0])
    return places[0]


def is_full(place: str) -> bool:
    """Whether there is no room for another file."""
    there = next((path for path in (Path(place), *Path(place).parents) if path.is_dir()), None)
    return there is not None and shutil.disk_usage(there).free < NO_ROOM
