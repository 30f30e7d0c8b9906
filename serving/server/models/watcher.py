"""Reads the configuration and the models' folders again and again, and changes what is loaded."""

from __future__ import annotations

import gc
import logging
import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tensorflow_serving.config.model_server_config_pb2 import ModelConfig, ModelServerConfig

from serving.server.models import config as configs
from serving.server.models.servables import Servables
from serving.server.request_errors import RequestError
from serving.server.text_protos import ConfigError
from serving.versions import find_versions

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Intervals:
    """Seconds between two readings. 0 reads once; below 0, folders are never read."""

    config: float = 0.0
    folders: float = 1.0


class Watcher:
    """Works in its own thread, from start() to stop()."""

    def __init__(
        self,
        servables: Servables,
        read_config: Callable[[], ModelServerConfig],
        intervals: Intervals,
    ) -> None:
        self._servables = servables
        self._read_config = read_config
        self._intervals = intervals
        self._next_config = math.inf
        self._next_folders = math.inf
        self._is_stopping = False
        self._problem = ""  # Of the configuration, when it was last read.
        self._reported: set[str] = set()  # Models without versions.
        self._thread = threading.Thread(target=self._watch, name="servables", daemon=True)

    def start(self) -> None:
        """Reads the configuration, and starts loading. Raises ConfigError or RequestError."""
        self._servables.apply(self._read_config())
        self._next_config = _plan(self._intervals.config)
        # Full collections skip what is here to stay. Models are not frozen: they come and go.
        gc.collect()
        gc.freeze()
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread, after the version that it may be loading."""
        self._is_stopping = True
        self._servables.close()
        self._thread.join()
        gc.unfreeze()

    def _watch(self) -> None:
        while not self._is_stopping:
            if time.monotonic() >= self._next_config:
                self._reload()
                self._next_config = _plan(self._intervals.config)
            if not self._servables.is_polled or time.monotonic() >= self._next_folders:
                self._poll()
                self._next_folders = _plan(self._intervals.folders)
            retry = min((m.work() for m in self._servables.models.values()), default=math.inf)
            self._servables.wake()
            next_at = min(self._next_config, self._next_folders, retry)
            self._servables.work_due.wait(
                None if next_at == math.inf else max(0, next_at - time.monotonic())
            )
            self._servables.work_due.clear()  # Only now: what came during the work is not lost.

    def _reload(self) -> None:
        """Applies the configuration if it has changed. A wrong one is reported, and not applied."""
        try:
            config = self._read_config()
            if config != self._servables.config:
                self._servables.apply(config)
        except (ConfigError, RequestError) as error:
            if str(error) != self._problem:
                log.error("The new configuration is wrong, the models stay as they are: %s", error)
            self._problem = str(error)
        else:
            self._problem = ""

    def _poll(self) -> None:
        """Finds which versions should be served now."""
        with self._servables.poll() as config:
            models = {model.name: model for model in config.model_config_list.config}
            for name, versions in self._servables.models.items():
                wanted = self._find(models[name]) if name in models else {}
                if wanted is not None:
                    versions.aspire(wanted)

    def _find(self, model: ModelConfig) -> dict[int, Path] | None:
        """The wanted versions on disk; None if they are unknown, and what is loaded should stay."""
        if self._intervals.folders < 0:
            return None
        try:
            if not Path(model.base_path).is_dir():
                raise NotADirectoryError(f"Could not find base path {model.base_path}")
            found = configs.choose_versions(model, find_versions(Path(model.base_path)))
        except OSError as error:
            self._report_empty(model, str(error))
            return None
        if not found:
            self._report_empty(model, f"No versions found under base path {model.base_path}")
        self._reported -= {model.name} if found else set()
        return found

    def _report_empty(self, model: ModelConfig, problem: str) -> None:
        if model.name not in self._reported:
            self._reported.add(model.name)
            log.warning(
                "%s for servable %s. Did you forget to name your leaf directory as a number "
                "(eg. '/1/')?",
                problem,
                model.name,
            )


def _plan(seconds: float) -> float:
    """When to read next; never, if the interval is not above 0."""
    return time.monotonic() + seconds if seconds > 0 else math.inf
