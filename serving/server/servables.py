"""All models below a push root: watches the folder, and leases models to requests."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from serving.server.model_versions import Listener, ModelVersions, VersionState, VersionStatus
from serving.server.request_errors import ModelNotFound, ModelNotReady
from serving.server.servable import Servable
from serving.versions import find_models

log = logging.getLogger(__name__)


class Servables:
    """Polls the push root every `poll_seconds`, in its own thread, from start() to stop()."""

    def __init__(
        self, root: Path, *, poll_seconds: float = 2.0, listener: Listener | None = None
    ) -> None:
        self._root = root
        self._poll_seconds = poll_seconds
        self._listener = listener
        self._models: dict[str, ModelVersions] = {}
        self._changed = threading.Condition()
        self._stopping = threading.Event()
        self._tried: set[str] = set()  # Models whose versions have all been tried.
        self._find()  # So that early requests get "not ready" instead of "not found".
        self._thread = threading.Thread(target=self._watch, name="servables", daemon=True)

    def start(self) -> None:
        """Starts loading in the background."""
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread, after the version that it may be loading."""
        self._stopping.set()
        self._thread.join()

    @contextmanager
    def lease(self, name: str, version: int | None = None) -> Iterator[tuple[int, Servable]]:
        """One version of a model; it stays loaded inside the `with` block."""
        with self._find_model(name).lease(version) as leased:
            yield leased

    def list_statuses(self, name: str, version: int | None = None) -> list[VersionStatus]:
        """The status of one version, or of all, newest first. Raises ModelNotFound."""
        return self._find_model(name).list_statuses(version)

    def wait_until_available(self, name: str, *, timeout: float) -> VersionStatus:
        """Waits until a version of the model answers, and returns its status.

        Raises ModelNotReady if every version failed to load, or at the timeout.
        """
        deadline = time.monotonic() + timeout
        with self._changed:
            while not (status := self._find_available(name)):
                left = deadline - time.monotonic()
                if left <= 0 or not self._changed.wait(left):
                    raise ModelNotReady(
                        f"Model {name!r} was not available after {timeout:g} s. "
                        f"Models in {self._root}: {sorted(self._models)}."
                    )
        return status

    def _find_available(self, name: str) -> VersionStatus | None:
        statuses = self._models[name].list_statuses() if name in self._models else []
        for status in statuses:
            if status.state is VersionState.AVAILABLE:
                return status
        if name in self._tried and all(status.error for status in statuses):
            reasons = [f"version {status.version}: {status.error}" for status in statuses]
            raise ModelNotReady(f"Model {name!r} did not load: {'; '.join(reasons)}")
        return None

    def _find_model(self, name: str) -> ModelVersions:
        if name not in self._models:
            raise ModelNotFound(
                f"Servable not found for request: Latest({name}). Models: {sorted(self._models)}."
            )
        return self._models[name]

    def _watch(self) -> None:
        while not self._stopping.is_set():
            try:
                self._poll()
            except OSError as error:  # The folder has disappeared: loaded models keep answering.
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
        self._models = {**self._models, **new}  # A new dict: requests may be reading the old one.
        return found

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _report(self, status: VersionStatus) -> None:
        self._wake()
        if self._listener:
            self._listener(status)
