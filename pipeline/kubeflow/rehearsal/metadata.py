"""Stands in for the metadata store: artifacts by id, and what the cache reuses."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipeline.kubeflow.rehearsal.outcome import Artifact, Outputs

FILE = "metadata.json"


class Metadata:
    """Kept in the working directory, so that ids and cache outlast a run."""

    def __init__(self, workdir: Path) -> None:
        self._path = workdir / FILE
        found = json.loads(self._path.read_text("utf-8")) if self._path.exists() else {}
        self._artifacts: dict[str, dict[str, Any]] = found.get("artifacts", {})
        self._cache: dict[str, dict[str, Any]] = found.get("cache", {})

    def record(self, key: str, uri: str, metadata: Mapping[str, Any]) -> Artifact:
        """A new artifact, with the properties that the store adds of its own."""
        stored = {name: as_stored(value) for name, value in metadata.items()}
        stored |= {"display_name": key, "store_session_info": "{}"}
        number = len(self._artifacts) + 1
        self._artifacts[str(number)] = {"uri": uri, "metadata": stored}
        self._write()
        return Artifact(number, uri, stored)

    def imported(self, key: str, uri: str, metadata: Mapping[str, Any]) -> Artifact:
        """The artifact of this URI and metadata that is there already, else a new one."""
        stored = {name: as_stored(value) for name, value in metadata.items()}
        for number, found in self._artifacts.items():
            if found["uri"] == uri and stored.items() <= found["metadata"].items():
                return self._artifact(number)
        return self.record(key, uri, metadata)

    def cached(self, fingerprint: str) -> Outputs | None:
        """What a task of this fingerprint made before."""
        found = self._cache.get(fingerprint)
        if found is None:
            return None
        artifacts = {key: self._artifact(str(n)) for key, n in found["artifacts"].items()}
        return Outputs(artifacts, found["parameters"])

    def remember(self, fingerprint: str, outputs: Outputs) -> None:
        """Lets later runs reuse what the task made."""
        artifacts = {key: artifact.id for key, artifact in outputs.artifacts.items()}
        self._cache[fingerprint] = {
            "artifacts": artifacts,
            "parameters": dict(outputs.parameters),
        }
        self._write()

    def _artifact(self, number: str) -> Artifact:
        found = self._artifacts[number]
        return Artifact(int(number), found["uri"], found["metadata"])

    def _write(self) -> None:
        """Beside the file, then renamed: nobody reads half of it."""
        partial = self._path.with_name(f"{FILE}.{uuid.uuid4().hex}")
        content = {"artifacts": self._artifacts, "cache": self._cache}
        partial.write_text(json.dumps(content, indent=1, sort_keys=True), "utf-8")
        partial.replace(self._path)


def as_stored(value: Any) -> Any:
    """A property as it comes back: flags are numbers, lists and structures one level deeper."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, list):
        return {"list": value}
    if isinstance(value, dict):
        return {"struct": value}
    return value
