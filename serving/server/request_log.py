"""Requests and answers as PredictionLog records: `logging_config` of a model's configuration.

Files are `<filename_prefix>-<UTC hour>-<host>-<process>-<number>.tfrecord`; while one is written,
its name ends in `.partial`. TF Serving defines the configuration (config/logging_config.proto) and
the records (apis/prediction_log.proto), but its binary has no collector that writes them.
"""

from __future__ import annotations

import logging
import os
import queue
import random
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timezone

import tensorflow as tf
from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog
from tensorflow_serving.config.logging_config_pb2 import LoggingConfig

from serving import printable
from serving.server import metrics

log = logging.getLogger(__name__)

COLLECTOR = "file"  # The type of collector that this server has.
TICK_SECONDS = 1.0
Make = Callable[[], PredictionLog]
Clock = Callable[[], datetime]


@dataclass(frozen=True)
class LogLimits:
    """How much a log may take. Records over it are dropped and counted."""

    file_bytes: int = 64 * 2**20
    files: int = 100  # The oldest are removed.
    waiting: int = 64  # Records that wait to be written: each keeps a request and its answer.


class RequestLog:
    """The log of one model. `record` takes no time of a request; a thread writes.

    Raises ValueError for a configuration that this server cannot follow.
    """

    def __init__(
        self,
        model: str,
        config: LoggingConfig,
        *,
        limits: LogLimits | None = None,
        clock: Clock = lambda: datetime.now(timezone.utc),
    ) -> None:
        self._model = model
        self._limits = limits or LogLimits()
        self._rate = _read_rate(config)
        self._chance = random.Random()  # Chooses samples, not secrets.
        self._files = _Files(_read_prefix(config), self._limits, clock)
        self._waiting: queue.Queue[Make | None] = queue.Queue(self._limits.waiting)
        self._thread = threading.Thread(target=self._write_all, name="request-log", daemon=True)
        self._thread.start()

    def record(self, make: Make) -> None:
        """Logs what `make` returns, if the request is in the sample. A thread calls `make`."""
        if self._chance.random() >= self._rate:
            return
        try:
            self._waiting.put_nowait(make)
        except queue.Full:
            metrics.LOG_COUNT.add(self._model, "RESOURCE_EXHAUSTED")

    def stop(self) -> None:
        """Writes what waits, and completes the file."""
        self._waiting.put(None)
        self._thread.join()

    def _write_all(self) -> None:
        for make in self._take_all():
            try:
                if make:
                    written = self._files.write(make().SerializeToString())
                    metrics.LOG_COUNT.add(self._model, "OK" if written else "RESOURCE_EXHAUSTED")
                else:
                    self._files.complete_if_due()
            except Exception as error:  # A request that cannot be logged does not end the log.
                metrics.LOG_COUNT.add(self._model, "INTERNAL")
                self._files.abandon()
                log.warning("Could not log a request: %s", printable.name(error))
        self._files.complete()

    def _take_all(self) -> Iterator[Make | None]:
        """Records as they come; None at each tick without one. Ends at stop()."""
        while True:
            try:
                make = self._waiting.get(timeout=TICK_SECONDS)
            except queue.Empty:
                yield None
                continue
            if make is None:
                return
            yield make


class _Files:
    """Writes records to a file per hour, or more if they are large."""

    def __init__(self, prefix: str, limits: LogLimits, clock: Clock) -> None:
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
        if not self._writer:
            self._open()
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

    def _open(self) -> None:
        folder = os.path.dirname(self._prefix)
        if folder:
            tf.io.gfile.makedirs(folder)
        self._hour = self._find_hour()
        self._number += 1
        owner = f"{socket.gethostname()}-{os.getpid()}"
        self._path = f"{self._prefix}-{self._hour}-{owner}-{self._number:04}.tfrecord"
        self._writer = tf.io.TFRecordWriter(f"{self._path}.partial")

    def _remove_oldest(self) -> None:
        """Removes files of all processes with this prefix: names sort by hour."""
        found = sorted(tf.io.gfile.glob(f"{self._prefix}-*.tfrecord*"))
        for path in found[: -self._limits.files]:
            tf.io.gfile.remove(path)
            log.warning("Removed %s: a log has at most %d files.", path, self._limits.files)

    def _find_hour(self) -> str:
        return self._clock().strftime("%Y%m%dT%H")


def _read_prefix(config: LoggingConfig) -> str:
    collector = config.log_collector_config
    if collector.type != COLLECTOR:
        raise ValueError(
            f"Cannot find LogCollector::Factory for type: {collector.type!r}. Use {COLLECTOR!r}."
        )
    if not collector.filename_prefix:
        raise ValueError("log_collector_config has no filename_prefix: set the path of the log.")
    return str(collector.filename_prefix)


def _read_rate(config: LoggingConfig) -> float:
    """The share of requests in the log, from 0 to 1."""
    rate = float(config.sampling_config.sampling_rate)
    if not 0.0 <= rate <= 1.0:
        raise ValueError(f"sampling_rate is {rate:g}: set it from 0 to 1.")
    return rate
