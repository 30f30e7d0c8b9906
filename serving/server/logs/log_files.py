"""TFRecord files of a request log: complete when they appear, one per hour or more, bounded.

Their names are `<prefix>-<UTC hour>-<host>-<process>-<number>.tfrecord`. While one is written, its
name ends in `.partial`.
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import tensorflow as tf

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class LogLimits:
    """How much a log may take. Records over it are dropped and counted."""

    file_bytes: int = 64 * 2**20
    files: int = 100  # The oldest are removed.
    waiting: int = 64  # Records that wait to be written: each keeps a request and its answer.


class LogFiles:
    """Writes records to a file per hour, or more if they are large."""

    def __init__(self, prefix: str, limits: LogLimits, clock: Callable[[], datetime]) -> None:
        self._prefix = prefix
        self._limits = limits
        self._clock = clock
        self._number = 0
        self._hour = ""
        self._path = ""
        self._size = 0
        self._writer: tf.io.TFRecordWriter | None = None

    def write(self, record: bytes) -> bool:
        """Appends a record; False if it is too large for any file."""
        if len(record) > self._limits.file_bytes:
            return False
        if self._size + len(record) > self._limits.file_bytes:
            self.complete()
        self.complete_if_due()
        self._writer = self._writer or self._open()
        self._writer.write(record)
        self._size += len(record)
        return True

    def complete_if_due(self) -> None:
        """Completes the file of an hour that is over."""
        if self._writer and self._hour != self._find_hour():
            self.complete()

    def complete(self) -> None:
        """Gives the file its name, and removes the oldest files over the limit."""
        if not self._writer:
            return
        self._writer.close()
        self._writer, self._size = None, 0
        tf.io.gfile.rename(f"{self._path}.partial", self._path)
        self._remove_oldest()

    def abandon(self) -> None:
        """Starts another file at the next record."""
        self._writer, self._size = None, 0

    def _open(self) -> tf.io.TFRecordWriter:
        folder = os.path.dirname(self._prefix)
        if folder:
            tf.io.gfile.makedirs(folder)
        self._hour = self._find_hour()
        self._number += 1
        owner = f"{socket.gethostname()}-{os.getpid()}"
        self._path = f"{self._prefix}-{self._hour}-{owner}-{self._number:04}.tfrecord"
        return tf.io.TFRecordWriter(f"{self._path}.partial")

    def _remove_oldest(self) -> None:
        """Removes files of all processes with this prefix: names sort by hour."""
        found = sorted(tf.io.gfile.glob(f"{self._prefix}-*.tfrecord*"))
        for path in found[: -self._limits.files]:
            tf.io.gfile.remove(path)
            log.warning("Removed %s: a log has at most %d files.", path, self._limits.files)

    def _find_hour(self) -> str:
        return self._clock().strftime("%Y%m%dT%H")
