"""Simulates the metadata store: artifacts by ID, and the cache."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipeline.kubeflow.rehearsal.outcome import Artifact, TaskOutputs

FILE = "metadata.json"


class Metadata:
    """A file in the working directory, so that IDs and cache outlast a run."""

    def __init__(self, workdir: Path) -> None:
        self._path = workdir / FILE
        found = json.loads(self._path.read_text("utf-8")) if self._path.exists() else {}
        self._artifacts: dict[str, dict[str, Any]] = found.get("artifacts", {})
        self._cache: dict[str, dict[str, Any]] = found.get("cache", {})

    def record(self, key: str, uri: str, metadata: Mapping[str, Any]) -> Artifact:
        """A new artifact, with the properties that the store itself adds."""
        stored = convert_properties(metadata)
        stored |= {"display_name": key, "store_session_info": "{}"}
        number = len(self._artifacts) + 1
        self._artifacts[str(number)] = {"uri": uri, "metadata": stored}
        self._write()
        return Artifact(number, uri, stored)

    def find_or_record(self, key: str, uri: str, metadata: Mapping[str, Any]) -> Artifact:
        """The artifact with this URI and metadata; a new one if there is none."""
        stored = convert_properties(metadata)
        for number, found in self._artifacts.items():
            if found["uri"] == uri and stored.items() <= found["metadata"].items():
                return self._read_artifact(number)
        return self.record(key, uri, metadata)

    def find_cached(self, fingerprint: str) -> TaskOutputs | None:
        """The outputs of an earlier task with this fingerprint."""
        found = self._cache.get(fingerprint)
        if found is None:
            return None
        artifacts = {key: self._read_artifact(str(n)) for key, n in found["artifacts"].items()}
        return TaskOutputs(artifacts, found["parameters"])

    def cache(self, fingerprint: str, outputs: TaskOutputs) -> None:
        """Lets later runs reuse the task's outputs."""
        artifacts = {key: artifact.id for key, artifact in outputs.artifacts.items()}
        self._cache[fingerprint] = {
            "artifacts": artifacts,
            "parameters": dict(outputs.parameters),
        }
        self._write()

    def _read_artifact(self, number: str) -> Artifact:
        found = self._artifacts[number]
        return Artifact(int(number), found["uri"], found["metadata"])

    def _write(self) -> None:
        """Writes a temporary file and renames it, so that readers never see a partial file."""
        partial = self._path.with_name(f"{FILE}.{uuid.uuid4().hex}")
        content = {"artifacts": self._artifacts, "cache": self._cache}
        partial.write_text(json.dumps(content, indent=1, sort_keys=True), "utf-8")
        partial.replace(self._path)


def convert_properties(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Properties as the store returns them: booleans as numbers, lists and dicts nested."""
    return {name: convert_property(value) for name, value in metadata.items()}


def convert_property(value: Any) -> Any:
    """One property as the store returns it."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, list):
        return {"list": value}
    if isinstance(value, dict):
        return {"struct": value}
    return value
