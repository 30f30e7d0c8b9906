"""TFRecord files of a request log: complete when they have their names, hourly, bounded."""

from __future__ import annotations

import errno
import glob
import logging
import os
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import IO

from serving.request_log import tf_records

log = logging.getLogger(__name__)

SUFFIX = ".tfrecord"
HOUR_FORM = "%Y%m%dT%H"
HOUR_PATTERN = f"{'[0-9]' * 8}T{'[0-9]' * 2}"  # For glob.


@dataclass(frozen=True, kw_only=True)
class LogLimits:
    """How much space a log takes at most: `files` of `file_bytes` each."""

    file_bytes: int = 64 * 2**20
    files: int = 100  # The oldest are removed.


class HourlyFiles:
    """Writes records to PREFIX-<UTC hour>-<host>-<process>-<start in ns>.tfrecord.

    A file is hidden, with the suffix `.partial`, until its hour is over, it is full, or `close` is
    called. The limits count the files of all processes with this prefix. One thread at a time may
    write.
    """

    def __init__(
        self,
        prefix: str | os.PathLike[str],
        limits: LogLimits,
        clock: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
    ) -> None:
        self._prefix = Path(prefix)
        self._limits = limits
        self._clock = clock
        self._hour = ""
        self._final: Path | None = None
        self._stream: IO[bytes] | None = None

    def write(self, record: bytes) -> bool:
        """Adds a record; False if it is too large for any file. Raises OSError.

        After an OSError the file contains the whole record, or nothing of it.
        """
        framed = tf_records.frame(record)
        if len(framed) > self._limits.file_bytes:
            return False
        self.close_if_due()
        if self._stream and self._stream.tell() + len(framed) > self._limits.file_bytes:
            self.close()
        _append(framed, self._stream or self._open())
        return True

    def close_if_due(self) -> None:
        """Publishes the file of an hour that is over. Raises OSError."""
        if self._stream and self._hour != self._find_hour():
            self.close()

    def close(self) -> None:
        """Publishes the current file; the next record begins another one. Raises OSError."""
        if self._stream is None or self._final is None:
            return
        stream, self._stream = self._stream, None
        stream.close()
        _hide(self._final).rename(self._final)
        self._remove_oldest()

    def _open(self) -> IO[bytes]:
        """Begins a file of this hour."""
        self._hour = self._find_hour()
        owner = f"{socket.gethostname()}-{os.getpid()}-{time.time_ns()}"
        self._final = self._prefix.with_name(f"{self._prefix.name}-{self._hour}-{owner}{SUFFIX}")
        self._final.parent.mkdir(parents=True, exist_ok=True)
        self._stream = _hide(self._final).open("xb", buffering=0)
        return self._stream

    def _remove_oldest(self) -> None:
        """Removes the oldest files over the limit, also those that a killed process left behind."""
        name = f"{glob.escape(self._prefix.name)}-{HOUR_PATTERN}-*{SUFFIX}"
        folder = self._prefix.parent
        found = [*folder.glob(name), *folder.glob(f".{name}.partial")]
        found.sort(key=_find_start)
        for path in found[: -self._limits.files]:
            path.unlink(missing_ok=True)
            log.warning("Removed %s: a log has at most %d files.", path, self._limits.files)

    def _find_hour(self) -> str:
        return f"{self._clock():{HOUR_FORM}}"


def _append(framed: bytes, stream: IO[bytes]) -> None:
    """Writes the whole record, or nothing of it."""
    end = stream.tell()
    try:
        if stream.write(framed) != len(framed):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), stream.name)
    except OSError:
        stream.seek(stream.truncate(end))
        raise


def _find_start(path: Path) -> str:
    """When a file was begun, which its name contains after the last hyphen."""
    return path.name.rpartition("-")[2]


def _hide(path: Path) -> Path:
    """The name of a file that is not complete."""
    return path.with_name(f".{path.name}.partial")
