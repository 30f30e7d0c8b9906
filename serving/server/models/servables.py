"""All models of the server: takes their configuration, and leases their versions to requests."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from grpc import StatusCode
from tensorflow_serving.config.model_server_config_pb2 import ModelServerConfig

from serving.server.models import config as configs
from serving.server.models import readiness
from serving.server.models.labels import Labels
from serving.server.models.model_versions import (
    Listener,
    LoadOptions,
    ModelVersions,
    VersionStatus,
    not_found,
)
from serving.server.models.servable import Servable
from serving.server.request_errors import ModelNotReady, RequestError


class ConfigFollower(Protocol):
    """What changes together with the models, such as the request logs."""

    def check(self, config: ModelServerConfig) -> None:
        """Raises ConfigError for a configuration that it cannot follow; changes nothing."""
        ...

    def configure(self, config: ModelServerConfig) -> None:
        """Follows a configuration that was checked."""
        ...


class Servables:
    """Thread-safe. A Watcher finds the versions on disk, and loads and unloads them."""

    def __init__(
        self,
        options: LoadOptions | None = None,
        *,
        any_label: bool = False,
        listener: Listener | None = None,
        followers: Sequence[ConfigFollower] = (),
    ) -> None:
        self.work_due = threading.Event()  # For the Watcher.
        self.config = ModelServerConfig()
        self.models: dict[str, ModelVersions] = {}  # Replaced as a whole: requests read it.
        self._number = 0  # Of the configuration, and of the last one whose folders were read.
        self._polled = -1
        self._changed = threading.Condition()
        self._options = options or LoadOptions()
        self._listener = listener
        self._followers = followers
        self._labels = Labels(self._is_available, allow_any=any_label)
        self._applying = threading.Lock()  # So that all followers get configurations in order.
        self._reloading = threading.Lock()
        self._is_closed = False

    def apply(self, config: ModelServerConfig) -> list[str]:
        """Takes a configuration; returns the names of its new models.

        Raises RequestError or ConfigError for one that is refused, which changes nothing.
        """
        with self._applying:
            new = self._take(config)
            for follower in self._followers:
                follower.configure(config)
        self.work_due.set()
        return new

    def reload(self, config: ModelServerConfig, *, timeout: float | None = None) -> None:
        """Changes to another list of models; returns when its new models answer.

        Raises RequestError or ConfigError if the list is refused. Raises RequestError if a new
        model cannot be loaded, or at the timeout: then the models of a list that was taken load
        later.
        """
        if not self._reloading.acquire(timeout=-1 if timeout is None else timeout):
            text = "Another change of the models is under way: try again later."
            raise RequestError(StatusCode.DEADLINE_EXCEEDED, text)
        try:
            self.wait_until_all_answer(self.apply(config), timeout=timeout)
        finally:
            self._reloading.release()

    @contextmanager
    def lease(
        self, name: str, version: int | None = None, label: str = ""
    ) -> Iterator[tuple[int, Servable]]:
        """One version of a model; it stays loaded inside the `with` block. Raises RequestError."""
        if label:
            version = self._labels.find(name, label)
        model = self.models.get(name)
        if model is None:
            raise not_found(name, version)
        with model.lease(version) as leased:
            yield leased

    def list_statuses(
        self, name: str, version: int | None = None, label: str = ""
    ) -> list[VersionStatus]:
        """The status of one version, or of all, newest first. Raises RequestError."""
        if label:
            version = self._labels.find(name, label)
        chosen = [s for s in self._read(name) if version in (None, s.version)]
        if not chosen:
            what = "any versions" if version is None else f"version {version}"
            text = f"Could not find {what} of model {name}"
            raise RequestError(StatusCode.NOT_FOUND, text)
        return chosen

    def wait_until_available(self, name: str, *, timeout: float) -> VersionStatus:
        """Waits until a version of the model answers, and returns its status.

        Raises ModelNotReady if every version failed to load, or at the timeout.
        """
        deadline = time.monotonic() + timeout
        with self._changed:
            while not (status := readiness.find_answering(self._read(name))):
                if readiness.has_failed(self._read(name)):
                    reasons = readiness.describe_failures(self._read(name))
                    raise ModelNotReady(f"Model {name!r} did not load: {reasons}")
                left = deadline - time.monotonic()
                if left <= 0 or not self._changed.wait(left):
                    raise ModelNotReady(
                        f"Model {name!r} was not available after {timeout:g} s. "
                        f"Models: {sorted(self.models)}."
                    )
        return status

    def wait_until_all_answer(
        self, names: list[str] | None = None, *, timeout: float | None = None
    ) -> None:
        """Waits until each model, or each of `names`, answers.

        Raises RequestError if one has failed for good, or does not answer at the timeout.
        """
        names = list(self.models) if names is None else names
        self._wait_for(
            lambda: all(readiness.is_decided(self._read(name)) for name in names), timeout
        )
        failed = [name for name in names if not readiness.find_answering(self._read(name))]
        if failed and not self._is_closed:
            reasons = ((name, readiness.describe_failures(self._read(name))) for name in failed)
            listed = ", ".join(
                f"{{{name} due to error: {reason or 'no version'}}}" for name, reason in reasons
            )
            text = f"{len(failed)} model(s) did not become available: {{{listed}}}"
            raise RequestError(StatusCode.UNKNOWN, text)

    def wait_until_tried(self) -> None:
        """Waits until each version that should be served answers, or has failed once."""
        self._wait_for(
            lambda: (
                self.is_polled
                and all(readiness.are_tried(m.list_statuses()) for m in self.models.values())
            )
        )

    @contextmanager
    def poll(self) -> Iterator[ModelServerConfig]:
        """The configuration whose folders are read inside `with`. Drops models that left it."""
        with self._changed:
            number, config = self._number, self.config
            names = {model.name for model in config.model_config_list.config}
            self.models = {n: m for n, m in self.models.items() if n in names or not m.is_idle}
        yield config
        self._polled = number

    @property
    def is_polled(self) -> bool:
        """Whether the folders of the present configuration have been read."""
        return self._polled == self._number

    def close(self) -> None:
        """Ends all waiting."""
        self._is_closed = True
        self.work_due.set()
        self.wake()

    def wake(self) -> None:
        """Lets those who wait look again."""
        with self._changed:
            self._changed.notify_all()

    def _take(self, config: ModelServerConfig) -> list[str]:
        with self._changed:
            configs.check(config, self.config)
            for follower in self._followers:
                follower.check(config)
            self._labels.assign(config)  # The last check, and the first change.
            names = [model.name for model in config.model_config_list.config]
            new = [name for name in names if name not in self.models]
            self.models = {**self.models, **{name: self._create(name) for name in new}}
            self.config = config
            self._number += 1
        return new

    def _wait_for(self, condition: Callable[[], bool], timeout: float | None = None) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._is_closed or condition(), timeout)

    def _read(self, name: str) -> list[VersionStatus]:
        return self.models[name].list_statuses() if name in self.models else []

    def _is_available(self, name: str, version: int) -> bool:
        return name in self.models and self.models[name].is_available(version)

    def _create(self, name: str) -> ModelVersions:
        return ModelVersions(name, self._options, self._report, self.work_due.set)

    def _report(self, status: VersionStatus) -> None:
        self.wake()
        if self._listener:
            self._listener(status)
