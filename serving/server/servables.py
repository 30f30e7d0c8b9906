"""Every model below a push root: watches the folder, and hands models to requests."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from serving.server.model_versions import Listener, ModelVersions, State, VersionStatus
from serving.server.request_errors import ModelNotFound, ModelNotReady
from serving.server.servable import Servable
from serving.versions import find_models

log = logging.getLogger(__name__)


class Servables:
    """Looks at the push root every `poll_seconds`, in a thread of its own, from start to stop."""

    def __init__(
        self, root: Path, *, poll_seconds: float = 2.0, listener: Listener | None = None
    ) -> None:
        self._root = root
        self._poll_seconds = poll_seconds
        self._listener = listener
        self._models: dict[str, ModelVersions] = {}
        self._changed = threading.Condition()
        self._stopping = threading.Event()
        self._tried: set[str] = set()  # Models of which every version found was tried.
        self._find()  # So that a request that comes early is told "not ready", not "not found".
        self._thread = threading.Thread(target=self._watch, name="servables", daemon=True)

    def start(self) -> None:
        """Begins to load; returns before anything is loaded."""
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread, after the load it may be in."""
        self._stopping.set()
        self._thread.join()

    @contextmanager
    def lease(self, name: str, version: int | None = None) -> Iterator[tuple[int, Servable]]:
        """One version of a model, loaded for as long as the `with` block lasts."""
        with self._model(name).lease(version) as leased:
            yield leased

    def statuses(self, name: str, version: int | None = None) -> list[VersionStatus]:
        """Of one version, or of all known, the newest first. Raises ModelNotFound."""
        return self._model(name).statuses(version)

    def wait_until_available(self, name: str, *, timeout: float) -> VersionStatus:
        """The status of the version that answers, once there is one.

        Raises ModelNotReady when every version failed to load, or at the timeout.
        """
        deadline = time.monotonic() + timeout
        with self._changed:
            while not (status := self._available(name)):
                left = deadline - time.monotonic()
                if left <= 0 or not self._changed.wait(left):
                    raise ModelNotReady(
                        f"Model {name!r} below {self._root} was not available in {timeout:g} s: "
                        f"found were {sorted(self._models)}."
                    )
        return status

    def _available(self, name: str) -> VersionStatus | None:
        statuses = self._models[name].statuses() if name in self._models else []
        for status in statuses:
            if status.state is State.AVAILABLE:
                return status
        if name in self._tried and all(status.error for status in statuses):
            reasons = [f"version {status.version}: {status.error}" for status in statuses]
            raise ModelNotReady(f"Model {name!r} did not load: {'; '.join(reasons)}")
        return None

    def _model(self, name: str) -> ModelVersions:
        if name not in self._models:
            raise ModelNotFound(
                f"Servable not found for request: Latest({name}). Models: {sorted(self._models)}."
            )
        return self._models[name]

    def _watch(self) -> None:
        while not self._stopping.is_set():
            try:
                self._poll()
            except OSError as error:  # A folder that went away in between: what serves goes on.
                log.warning("Could not read the push root %s: %s", self._root, error)
            self._stopping.wait(self._poll_seconds)

    def _poll(self) -> None:
        for name, found in self._find().items():
            if self._stopping.is_set():
                return
            self._models[name].refresh(found)
            self._tried.add(name)
            self._wake()

    def _find(self) -> dict[str, dict[int, Path]]:
        found = find_models(self._root)
        new = {n: ModelVersions(n, self._report) for n in found if n not in self._models}
        self._models = {**self._models, **new}  # Requests may be reading the other.
        return found

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _report(self, status: VersionStatus) -> None:
        self._wake()
        if self._listener:
            self._listener(status)
