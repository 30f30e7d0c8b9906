"""Reads the artifacts and times of the last local run's steps from the metadata store."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ml_metadata import errors
from ml_metadata.metadata_store import metadata_store
from ml_metadata.proto.metadata_store_pb2 import Artifact, ConnectionConfig, Event, Execution

LOCK_SECONDS = 5.0  # A program that reads the database locks it for moments only.


@dataclass(frozen=True)
class FinishedStep:
    """A step of a run. `artifacts` are its outputs, by the output's name."""

    cached: bool
    seconds: float
    artifacts: dict[str, Artifact] = field(default_factory=dict)


def find_database(workdir: str) -> str:
    """The file of a local run's metadata."""
    return f"{workdir}/metadata.sqlite"


def check_database(workdir: str) -> None:
    """Raises sqlite3.Error if the database cannot be written: ML Metadata would wait for minutes.

    Creates nothing.
    """
    if not os.path.lexists(find_database(workdir)):
        return
    connection = sqlite3.connect(find_database(workdir), timeout=LOCK_SECONDS)
    with contextlib.closing(connection):
        connection.execute("BEGIN IMMEDIATE")
        connection.rollback()


def read_last_run(workdir: str) -> dict[str, FinishedStep]:
    """The steps of the last run by the component's name, in the order in which they ran.

    Raises FileNotFoundError if nothing has run yet.
    """
    if not Path(find_database(workdir)).is_file():
        raise FileNotFoundError(f"No run in {workdir}: start one with `fcn run`.")
    connection = ConnectionConfig()
    connection.sqlite.filename_uri = find_database(workdir)
    store = metadata_store.MetadataStore(connection)
    return dict(read_steps(store))


def read_steps(store: metadata_store.MetadataStore) -> Iterator[tuple[str, FinishedStep]]:
    """The finished steps of the newest run in the store."""
    try:
        runs = store.get_contexts_by_type("pipeline_run")
    except errors.NotFoundError:
        return
    newest = max(runs, key=lambda context: context.id)
    for execution in sorted(store.get_executions_by_context(newest.id), key=lambda e: e.id):
        if execution.last_known_state in (Execution.COMPLETE, Execution.CACHED):
            yield read_component_name(store, execution), read_step(store, execution)


def read_component_name(store: metadata_store.MetadataStore, execution: Execution) -> str:
    """The component's name: TFX calls the context of a step <pipeline>.<component>."""
    contexts = store.get_contexts_by_execution(execution.id)
    name = next(context.name for context in contexts if context.type == "node")
    return name.rpartition(".")[2]


def read_step(store: metadata_store.MetadataStore, execution: Execution) -> FinishedStep:
    """The step's time and outputs."""
    events = store.get_events_by_execution_ids([execution.id])
    names = {e.artifact_id: e.path.steps[0].key for e in events if e.type == Event.OUTPUT}
    artifacts = store.get_artifacts_by_id(list(names))
    took = execution.last_update_time_since_epoch - execution.create_time_since_epoch
    return FinishedStep(
        cached=execution.last_known_state == Execution.CACHED,
        seconds=took / 1000,
        artifacts={names[artifact.id]: artifact for artifact in artifacts},
    )
