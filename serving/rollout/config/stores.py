"""Where a roll-out's three texts are: files next to each other, or keys of one ConfigMap."""

from __future__ import annotations

import fcntl
import hashlib
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Protocol

from serving.rollout.errors import ChangedMeanwhile, RolloutError


@dataclass(frozen=True)
class Snapshot:
    """The texts at one moment; `revision` tells it from any other moment."""

    config: str
    state: str
    history: str
    revision: str


class Store(Protocol):
    """Reads and writes the three texts. Both methods raise RolloutError."""

    place: str

    def read(self) -> Snapshot:
        """The texts; empty for those that are not there yet."""
        ...

    def write(self, snapshot: Snapshot) -> Snapshot:
        """Writes the texts, and returns them with their new revision.

        Raises ChangedMeanwhile if the revision is not that of the stored texts.
        """
        ...


@dataclass(frozen=True)
class Names:
    """The names of the three texts; all follow from the name of the model config file."""

    config: str
    state: str
    history: str


def make_names(config: str) -> Names:
    """models.config has models.rollout.json and models.rollout-history.jsonl."""
    path = PurePath(config)
    state, history = path.with_suffix(".rollout.json"), path.with_suffix(".rollout-history.jsonl")
    return Names(config, str(state), str(history))


class FileStore:
    """A model config file on disk, with the two others next to it."""

    def __init__(self, config: Path) -> None:
        self.place = str(config)
        self._folder = config.resolve().parent
        self._names = make_names(config.resolve().name)

    def read(self) -> Snapshot:
        """The texts of the files."""
        try:
            config = (self._folder / self._names.config).read_text(encoding="utf-8")
            state, history = map(self._read_if_any, (self._names.state, self._names.history))
        except (OSError, UnicodeDecodeError) as error:
            raise RolloutError(f"Cannot read {self.place}: {error}.") from error
        digest = hashlib.sha256("\0".join((config, state, history)).encode()).hexdigest()
        return Snapshot(config, state, history, digest)

    def write(self, snapshot: Snapshot) -> Snapshot:
        """Writes under temporary names, and renames; the file that servers read comes last."""
        try:
            with self._lock():
                stored = self.read()
                if stored.revision != snapshot.revision:
                    raise ChangedMeanwhile(self.place)
                for field in ("history", "state", "config"):
                    if getattr(stored, field) != getattr(snapshot, field):
                        self._replace(getattr(self._names, field), getattr(snapshot, field))
                return self.read()
        except OSError as error:
            raise RolloutError(f"Cannot write to {self._folder}: {error}.") from error

    def _read_if_any(self, name: str) -> str:
        path = self._folder / name
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def _replace(self, name: str, text: str) -> None:
        path, partial = self._folder / name, self._folder / f".{name}.{uuid.uuid4().hex}"
        if not text:  # It was not there before a roll-out that is being undone.
            path.unlink(missing_ok=True)
            return
        try:
            partial.write_text(text, encoding="utf-8")
            if path.exists():
                partial.chmod(path.stat().st_mode & 0o777)
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)

    @contextmanager
    def _lock(self) -> Iterator[None]:
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            yield
        finally:
            os.close(folder)
