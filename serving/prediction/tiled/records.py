"""What is finished of an image: kept in a file, strip by strip, so that a later run continues.

The first line is the key: what the answer depends on. Each strip is a line with its length, its
checksum and its values, and then the rows of its mask. A strip counts if all of it is there.
"""

from __future__ import annotations

import fcntl
import json
import os
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from serving.prediction.tiled.strips import Strip

Key = dict[str, Any]


class InUseError(ValueError):
    """Another process answers the same image now."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"another process writes {path} now: wait for it, or choose another folder"
        )


class Place(NamedTuple):
    """Where the data of a strip are in the file."""

    first: int
    length: int


class Record:
    """The finished strips of one image. Use it in a `with` block; no other process may.

    Raises InUseError or OSError.
    """

    def __init__(self, path: Path, key: Key) -> None:
        self._file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o666), "r+b")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._file.close()
            raise InUseError(path) from error
        self.key = json.loads(json.dumps(key))  # As it is read: with lists for tuples.
        self._places: list[Place] = []
        self.strips: list[Strip] = []  # Without their data.
        self.changed = self._read_key()
        self._read_strips()

    def append(self, strip: Strip) -> None:
        """Adds a strip, which counts from now on."""
        facts = {
            "bytes": len(strip.data),
            "crc32": zlib.crc32(strip.data),
            "values": strip.values,
            "positions": strip.positions,
        }
        line = json.dumps(facts).encode() + b"\n"
        self._places.append(Place(self._file.tell() + len(line), len(strip.data)))
        self._file.write(line + strip.data)
        self._file.flush()
        self.strips.append(strip._replace(data=b""))

    def read_rows(self) -> Iterator[bytes]:
        """The rows of the mask, strip by strip."""
        for place in self._places:
            self._file.seek(place.first)
            yield zlib.decompress(self._file.read(place.length))

    def _read_key(self) -> list[str]:
        """Begins a new file, unless its key is this one; returns what differs from its key."""
        found = _parse(self._file.readline())
        if found == self.key:
            return []
        self._file.seek(0)
        self._file.truncate()
        self._file.write(json.dumps(self.key).encode() + b"\n")
        self._file.flush()
        return list_changes(found, self.key) if found else []

    def _read_strips(self) -> None:
        """Reads up to the first strip that is not complete, and cuts the file off there."""
        end = self._file.tell()
        while facts := _parse(self._file.readline()):
            first = self._file.tell()
            data = self._file.read(facts["bytes"])
            if len(data) != facts["bytes"] or zlib.crc32(data) != facts["crc32"]:
                break
            self._places.append(Place(first, len(data)))
            self.strips.append(Strip(facts["values"], facts["positions"]))
            end = self._file.tell()
        self._file.seek(end)
        self._file.truncate()

    def __enter__(self) -> Record:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


def list_changes(old: Key, new: Key) -> list[str]:
    """What differs, in words."""
    return [
        f"{name} was {old.get(name)} and is {value}"
        for name, value in new.items()
        if old.get(name) != value
    ]


def _parse(line: bytes) -> Key:
    """The object in a line; empty if the line is not complete."""
    try:
        found = json.loads(line) if line.endswith(b"\n") else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
