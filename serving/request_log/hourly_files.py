"""TFRecord files of one hour each, bounded in size; they get their names when complete."""

from __future__ import annotations

import os
import socket
import time
import uuid
from datetime import datetime, timezone
from pathlib import Path
from typing import IO

from serving.request_log import tf_records

HOUR = 3600  # Seconds.
SUFFIX = ".tfrecord"


class HourlyFiles:
    """Writes records to PREFIX-<UTC hour>-<host>-<process>-<random>.tfrecord.

    Up to `max_bytes` are written in an hour; further records are counted in `dropped`. A file is
    hidden, with the suffix `.partial`, until its hour is over or `close` is called. One thread at a
    time may write.
    """

    def __init__(self, prefix: str | os.PathLike[str], *, max_bytes: int) -> None:
        self.dropped = 0
        self._prefix = Path(prefix)
        self._max_bytes = max_bytes
        self._hour = -1
        self._written = 0  # Bytes in this hour, in all of its files.
        self._final: Path | None = None
        self._stream: IO[bytes] | None = None

    def write(self, record: bytes, *, now: float | None = None) -> bool:
        """Adds a record if this hour has space. Raises OSError if it cannot be written."""
        hour = int((time.time() if now is None else now) // HOUR)
        if hour != self._hour:
            self.close()
            self._hour, self._written = hour, 0
        framed = tf_records.frame(record)
        if self._written + len(framed) > self._max_bytes:
            self.dropped += 1
            return False
        stream = self._stream or self._open()
        stream.write(framed)
        stream.flush()
        self._written += len(framed)
        return True

    def close(self) -> None:
        """Publishes the current file. The next record begins another one."""
        if self._stream is None or self._final is None:
            return
        stream, self._stream = self._stream, None
        stream.close()
        _hide(self._final).rename(self._final)

    def _open(self) -> IO[bytes]:
        """Begins a file of this hour."""
        start = datetime.fromtimestamp(self._hour * HOUR, timezone.utc)
        owner = f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:8]}"
        name = f"{self._prefix.name}-{start:%Y%m%dT%H}-{owner}{SUFFIX}"
        self._final = self._prefix.with_name(name)
        self._final.parent.mkdir(parents=True, exist_ok=True)
        self._stream = _hide(self._final).open("wb")
        return self._stream


def _hide(path: Path) -> Path:
    """The name of a file that is not complete."""
    return path.with_name(f".{path.name}.partial")
