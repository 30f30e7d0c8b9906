"""One model's versions: their states, the change from one to the next, and who uses them.

As TF Serving's AvailabilityPreservingPolicy: a version is unloaded only when another one answers.
"""

from __future__ import annotations

import gc
import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from grpc import StatusCode

from serving.server import metrics
from serving.server.models import warmup
from serving.server.models.servable import TAGS, Servable
from serving.server.request_errors import RequestError

log = logging.getLogger(__name__)

MOST_ENDED = 100  # Versions that are gone, but still in the list of states.


class VersionState(IntEnum):
    """TF Serving's states of a version, with its numbers (ModelVersionStatus.State)."""

    START = 10
    LOADING = 20
    AVAILABLE = 30
    UNLOADING = 40
    END = 50


@dataclass(frozen=True)
class VersionStatus:
    """The state of one version; `error` is why it did not load.

    A version in LOADING with an error will be tried again.
    """

    model: str
    version: int
    state: VersionState
    error: str = ""


@dataclass(frozen=True, kw_only=True)
class LoadOptions:
    """How a version is loaded, and how often it is tried again after a failure."""

    retries: int = 5
    retry_seconds: float = 60.0
    warm_up: bool = True
    tags: tuple[str, ...] = TAGS


Listener = Callable[[VersionStatus], None]


@dataclass(eq=False)
class _Loaded:
    version: int
    servable: Servable
    in_flight: int = 0


@dataclass
class _Attempts:
    made: int = 0
    next_at: float = 0.0


class ModelVersions:
    """Thread-safe; `aspire` and `work` run in one thread only.

    `wake` is called when a version that should go has answered its last request.
    """

    def __init__(
        self, name: str, options: LoadOptions, listener: Listener, wake: Callable[[], None]
    ) -> None:
        self.name = name
        self._options = options
        self._listener = listener
        self._wake = wake
        self._lock = threading.Lock()
        self._wanted: dict[int, Path] = {}
        self._attempts: dict[int, _Attempts] = {}
        self._statuses: dict[int, VersionStatus] = {}
        self._loaded: dict[int, _Loaded] = {}
        self._leaving: list[_Loaded] = []

    def aspire(self, wanted: Mapping[int, Path]) -> None:
        """Sets which versions should be served. A version that comes back is tried again."""
        self._wanted = dict(wanted)
        self._attempts = {v: a for v, a in self._attempts.items() if v in wanted}
        with self._lock:
            for version in [v for v in self._statuses if v not in wanted and self._has_failed(v)]:
                del self._statuses[version]
            for version in set(wanted) - set(self._attempts) - set(self._loaded):
                self._attempts[version] = _Attempts()
                status = VersionStatus(self.name, version, VersionState.START)
                self._statuses[version] = status

    def work(self) -> float:
        """Loads and unloads what is due; returns when the next attempt is due (time.monotonic)."""
        for version in sorted(self._attempts, reverse=True):
            if self._attempts[version].next_at <= time.monotonic():
                self._try(version)
                self._unload_unwanted()
        self._unload_unwanted()
        self._close_unused()
        return min((a.next_at for a in self._attempts.values()), default=float("inf"))

    @property
    def is_idle(self) -> bool:
        """Whether nothing is loaded and nothing wanted."""
        return not (self._wanted or self._loaded or self._leaving)

    @contextmanager
    def lease(self, version: int | None = None) -> Iterator[tuple[int, Servable]]:
        """One version, by default the newest; it stays loaded inside the `with` block.

        Raises RequestError if the version is not loaded.
        """
        with self._lock:
            chosen = max(self._loaded, default=None) if version is None else version
            if chosen not in self._loaded:
                raise not_found(self.name, version)
            loaded = self._loaded[chosen]
            loaded.in_flight += 1
        try:
            yield loaded.version, loaded.servable
        finally:
            with self._lock:
                loaded.in_flight -= 1
                is_last = not loaded.in_flight and loaded in self._leaving
            if is_last:
                self._wake()

    def list_statuses(self) -> list[VersionStatus]:
        """The states of all versions, newest first."""
        with self._lock:
            return [self._statuses[version] for version in sorted(self._statuses, reverse=True)]

    def is_available(self, version: int) -> bool:
        """Whether the version answers."""
        with self._lock:
            return version in self._loaded

    def _has_failed(self, version: int) -> bool:
        status = self._statuses[version]
        return bool(status.error) or status.state < VersionState.AVAILABLE

    def _try(self, version: int) -> None:
        attempts = self._attempts[version]
        self._report(version, VersionState.LOADING)
        attempts.made += 1
        try:
            servable = self._load(self._wanted[version])
        # A broken folder makes TensorFlow raise many unrelated errors: each goes into the status.
        except Exception as error:
            self._plan_retry(version, attempts, f"{type(error).__name__}: {error}")
            return
        del self._attempts[version]
        with self._lock:
            self._loaded[version] = _Loaded(version, servable)
        self._report(version, VersionState.AVAILABLE)

    def _load(self, folder: Path) -> Servable:
        with metrics.record_load(str(folder)):
            servable = Servable(folder, self._options.tags)
        try:
            if self._options.warm_up:
                with metrics.WARMUP_LATENCY.time(str(folder), "OK"):
                    warmup.warm_up(servable, folder)
        except BaseException:
            servable.close()
            raise
        return servable

    def _plan_retry(self, version: int, attempts: _Attempts, error: str) -> None:
        if attempts.made > self._options.retries:
            attempts.next_at = float("inf")
            self._report(version, VersionState.END, error)
            return
        attempts.next_at = time.monotonic() + max(self._options.retry_seconds, 0)
        self._report(version, VersionState.LOADING, error)

    def _unload_unwanted(self) -> None:
        with self._lock:
            if self._wanted and not set(self._wanted) & set(self._loaded):
                return
            unwanted = [self._loaded.pop(v) for v in sorted(set(self._loaded) - set(self._wanted))]
            self._leaving += unwanted
        for loaded in unwanted:
            self._report(loaded.version, VersionState.UNLOADING)

    def _close_unused(self) -> None:
        with self._lock:
            unused = [loaded for loaded in self._leaving if not loaded.in_flight]
            self._leaving = [loaded for loaded in self._leaving if loaded.in_flight]
        for loaded in unused:
            loaded.servable.close()
            if loaded.version not in self._wanted:
                self._report(loaded.version, VersionState.END)
        if unused:
            del unused, loaded
            gc.collect()  # A graph has reference cycles.

    def _report(self, version: int, state: VersionState, error: str = "") -> None:
        status = VersionStatus(self.name, version, state, error)
        with self._lock:
            self._statuses[version] = status
            ended = [v for v in sorted(self._statuses) if v not in self._wanted]
            for old in ended[:-MOST_ENDED]:
                del self._statuses[old]
        self._listener(status)


def not_found(model: str, version: int | None) -> RequestError:
    """The error for a model or a version that does not answer."""
    request = f"Latest({model})" if version is None else f"Specific({model}, {version})"
    text = f"Servable not found for request: {request}"
    return RequestError(StatusCode.NOT_FOUND, text)
