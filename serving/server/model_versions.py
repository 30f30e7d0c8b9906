"""One model's versions: which are loaded, their states, and the change to a newer one."""

from __future__ import annotations

import gc
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from serving.server.request_errors import ModelNotFound, ModelNotReady
from serving.server.servable import Servable
from serving.server.warmup import warm_up

DRAIN_SECONDS = 60.0  # How long an unloaded version waits for its requests in flight.


class VersionState(IntEnum):
    """TF Serving's states of a version, with its numbers (ModelVersionStatus.State)."""

    LOADING = 20
    AVAILABLE = 30
    UNLOADING = 40
    END = 50


@dataclass(frozen=True)
class VersionStatus:
    """The state of one version; `error` is why it did not load."""

    model: str
    version: int
    state: VersionState
    error: str = ""


Listener = Callable[[VersionStatus], None]


class ModelVersions:
    """Serves the newest version that loads. Thread-safe; `refresh` runs in one thread only."""

    def __init__(self, name: str, listener: Listener) -> None:
        self.name = name
        self._listener = listener
        self._changed = threading.Condition()
        self._statuses: dict[int, VersionStatus] = {}
        self._loaded: dict[int, Servable] = {}
        self._in_flight: Counter[int] = Counter()

    def refresh(self, found: dict[int, Path]) -> None:
        """Loads the newest of `found` that can be loaded, then unloads the version before it.

        A version that failed is retried only after its folder was removed and published again.
        """
        self._forget_failures(set(self._statuses) - set(found))
        for version in sorted(found, reverse=True):
            if version in self._loaded or self._load(version, found[version]):
                for other in set(self._loaded) - {version}:
                    self._unload(other)
                return

    @contextmanager
    def lease(self, version: int | None = None) -> Iterator[tuple[int, Servable]]:
        """One version, by default the newest; it stays loaded inside the `with` block.

        Raises ModelNotFound if the version is not loaded, ModelNotReady if no version is.
        """
        with self._changed:
            chosen = self._choose(version)
            servable = self._loaded[chosen]
            self._in_flight[chosen] += 1
        try:
            yield chosen, servable
        finally:
            with self._changed:
                self._in_flight[chosen] -= 1
                self._changed.notify_all()

    def list_statuses(self, version: int | None = None) -> list[VersionStatus]:
        """The status of one version, or of all, newest first. Raises ModelNotFound."""
        with self._changed:
            if version is not None and version not in self._statuses:
                raise ModelNotFound(self._describe_missing(version, sorted(self._statuses)))
            chosen = sorted(self._statuses, reverse=True) if version is None else [version]
            return [self._statuses[v] for v in chosen]

    def _choose(self, version: int | None) -> int:
        if not self._loaded:
            known = [
                f"version {s.version} is {s.state.name} {s.error}".strip()
                for s in self.list_statuses()
            ]
            reason = "; ".join(known) or "none is loading yet"
            raise ModelNotReady(f"No version of model {self.name!r} can answer: {reason}.")
        if version is None:
            return max(self._loaded)
        if version not in self._loaded:
            raise ModelNotFound(self._describe_missing(version, sorted(self._loaded)))
        return version

    def _describe_missing(self, version: int, existing: list[int]) -> str:
        return (
            f"Servable not found for request: Specific({self.name}, {version}). "
            f"Versions: {existing}."
        )

    def _load(self, version: int, folder: Path) -> bool:
        if version in self._statuses and self._statuses[version].error:
            return False
        self._report(version, VersionState.LOADING)
        try:
            servable = Servable(folder)
            warm_up(servable, folder)
        # A broken folder makes TensorFlow raise many unrelated errors: each goes into the status.
        except Exception as error:
            self._report(version, VersionState.END, f"{type(error).__name__}: {error}")
            return False
        with self._changed:
            self._loaded[version] = servable
        self._report(version, VersionState.AVAILABLE)
        return True

    def _unload(self, version: int) -> None:
        with self._changed:
            del self._loaded[version]  # New requests no longer find it.
        self._report(version, VersionState.UNLOADING)
        with self._changed:
            self._changed.wait_for(lambda: not self._in_flight[version], DRAIN_SECONDS)
        gc.collect()  # A SavedModel has reference cycles, and its weights are large.
        self._report(version, VersionState.END)

    def _report(self, version: int, state: VersionState, error: str = "") -> None:
        status = VersionStatus(self.name, version, state, error)
        with self._changed:
            self._statuses[version] = status
        self._listener(status)

    def _forget_failures(self, gone: set[int]) -> None:
        with self._changed:
            for version in gone:
                if self._statuses[version].error:
                    del self._statuses[version]
