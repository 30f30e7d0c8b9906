"""Requests and answers as PredictionLog records: `logging_config` of a model's configuration.

TF Serving defines the configuration (config/logging_config.proto) and
the records (apis/prediction_log.proto), but its binary has no collector that writes them.
"""

from __future__ import annotations

import logging
import os
import queue
import random
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timezone

from grpc import StatusCode
from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog
from tensorflow_serving.config.logging_config_pb2 import LoggingConfig
from tensorflow_serving.config.model_server_config_pb2 import ModelServerConfig

from serving import printable
from serving.request_log.hourly_files import HourlyFiles, LogLimits
from serving.server import metrics
from serving.server.request_errors import RequestError
from serving.server.text_protos import ConfigError

log = logging.getLogger(__name__)

COLLECTOR = "file"  # The type of collector that this server has.
TICK_SECONDS = 1.0
MOST_WAITING = 64  # Records that wait to be written: each keeps a request and its answer.
Make = Callable[[], PredictionLog]


class RequestLogs:
    """The logs of all models that have a `logging_config`. Thread-safe."""

    def __init__(self) -> None:
        self._logs: dict[str, RequestLog] = {}
        self._configs: dict[str, bytes] = {}
        self._folders: set[str] = set()  # That the files of this machine have named.
        self._changing = threading.Lock()

    def check(self, config: ModelServerConfig) -> None:
        """Raises ConfigError for a configuration that the logs cannot follow."""
        for logged in _find_logged(config).values():
            _read_prefix(logged)
            _read_rate(logged)

    def check_remote(self, config: ModelServerConfig) -> None:
        """Raises RequestError for a configuration that a client may not set, or ConfigError.

        A client may only log to the folders that the server's own configuration has named: else
        whoever reaches the port could write files anywhere on this machine.
        """
        for model, logged in _find_logged(config).items():
            prefix = _read_prefix(logged)
            if _find_folder(prefix) not in self._folders:
                raise RequestError(
                    StatusCode.PERMISSION_DENIED,
                    f"filename_prefix of {model} is {prefix!r}: HandleReloadConfigRequest may only "
                    "log to a folder of the server's own configuration. Add the log to that.",
                )

    def configure(self, config: ModelServerConfig) -> None:
        """Starts and ends logs, so that they are those of a configuration that was checked."""
        logged = _find_logged(config)
        wanted = {n: found.SerializeToString(deterministic=True) for n, found in logged.items()}
        with self._changing:
            kept = {n: log for n, log in self._logs.items() if wanted.get(n) == self._configs[n]}
            added = {n: RequestLog(n, logged[n]) for n in wanted if n not in kept}
            ended = [log for name, log in self._logs.items() if name not in kept]
            self._logs, self._configs = {**kept, **added}, wanted
            self._folders |= {_find_folder(_read_prefix(found)) for found in logged.values()}
        for ended_log in ended:
            ended_log.stop()

    def record(self, model: str, make: Make) -> None:
        """Logs what `make` returns, if the model has a log and the request is in the sample."""
        if found := self._logs.get(model):
            found.record(make)

    def stop(self) -> None:
        """Completes all files."""
        self.configure(ModelServerConfig())


class RequestLog:
    """The log of one model. `record` takes no time of a request; a thread writes.

    Raises ConfigError for a configuration that this server cannot follow.
    """

    def __init__(
        self,
        model: str,
        config: LoggingConfig,
        *,
        limits: LogLimits = LogLimits(),  # noqa: B008 - It cannot change.
        most_waiting: int = MOST_WAITING,
        clock: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
    ) -> None:
        self._model = model
        self._rate = _read_rate(config)
        self._chance = random.Random()  # Chooses samples, not secrets.
        self._files = HourlyFiles(_read_prefix(config), limits, clock)
        self._waiting: queue.Queue[Make | None] = queue.Queue(most_waiting)
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
                    self._files.close_if_due()
            except Exception as error:  # A request that cannot be logged does not end the log.
                metrics.LOG_COUNT.add(self._model, "INTERNAL")
                log.warning("Could not log a request of %s: %s", self._model, printable.name(error))
        self._close()

    def _close(self) -> None:
        try:
            self._files.close()
        except OSError as error:
            log.warning("Could not complete the log of %s: %s", self._model, printable.name(error))

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


def _find_logged(config: ModelServerConfig) -> dict[str, LoggingConfig]:
    """The `logging_config` of each model that has one."""
    models = config.model_config_list.config
    return {m.name: m.logging_config for m in models if m.HasField("logging_config")}


def _find_folder(prefix: str) -> str:
    """The folder of a log, without links and `..`."""
    return os.path.realpath(os.path.dirname(prefix))


def _read_prefix(config: LoggingConfig) -> str:
    collector = config.log_collector_config
    if collector.type != COLLECTOR:
        raise ConfigError(
            f"Cannot find LogCollector::Factory for type: {collector.type!r}. Use {COLLECTOR!r}."
        )
    prefix = str(collector.filename_prefix)
    if not prefix or "://" in prefix:
        raise ConfigError(f"filename_prefix is {prefix!r}: set a path of this machine's files.")
    return prefix


def _read_rate(config: LoggingConfig) -> float:
    """The share of requests in the log, from 0 to 1."""
    rate = float(config.sampling_config.sampling_rate)
    if not 0.0 <= rate <= 1.0:
        raise ConfigError(f"sampling_rate is {rate:g}: set it from 0 to 1.")
    return rate
