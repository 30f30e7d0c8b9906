"""What the steps of the last local run left: their artifacts and times, by the metadata store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ml_metadata import errors
from ml_metadata.metadata_store import metadata_store
from ml_metadata.proto.metadata_store_pb2 import Artifact, ConnectionConfig, Event, Execution


@dataclass(frozen=True)
class Step:
    """One step of a run. `artifacts` are its outputs, by the output's name."""

    cached: bool
    seconds: float
    artifacts: dict[str, Artifact] = field(default_factory=dict)


def database(workdir: str) -> str:
    """Where a local run keeps its metadata."""
    return f"{workdir}/metadata.sqlite"


def last_run(workdir: str) -> dict[str, Step]:
    """The steps of the last run, in the order in which they ran, by the component's name.

    Raises FileNotFoundError where nothing has run yet.
    """
    if not Path(database(workdir)).is_file():
        raise FileNotFoundError(f"No run in {workdir}: start one with `fcn run`.")
    connection = ConnectionConfig()
    connection.sqlite.filename_uri = database(workdir)
    store = metadata_store.MetadataStore(connection)
    return dict(steps(store))


def steps(store: metadata_store.MetadataStore) -> Iterator[tuple[str, Step]]:
    """The finished steps of the newest run in the store."""
    try:
        runs = store.get_contexts_by_type("pipeline_run")
    except errors.NotFoundError:
        return
    newest = max(runs, key=lambda context: context.id)
    for execution in sorted(store.get_executions_by_context(newest.id), key=lambda e: e.id):
        if execution.last_known_state in (Execution.COMPLETE, Execution.CACHED):
            yield component(store, execution), step(store, execution)


def component(store: metadata_store.MetadataStore, execution: Execution) -> str:
    """The component's name: TFX calls the context of a step <pipeline>.<component>."""
    contexts = store.get_contexts_by_execution(execution.id)
    name = next(context.name for context in contexts if context.type == "node")
    return name.rpartition(".")[2]


def step(store: metadata_store.MetadataStore, execution: Execution) -> Step:
    """The step's time and outputs."""
    events = store.get_events_by_execution_ids([execution.id])
    names = {e.artifact_id: e.path.steps[0].key for e in events if e.type == Event.OUTPUT}
    artifacts = store.get_artifacts_by_id(list(names))
    took = execution.last_update_time_since_epoch - execution.create_time_since_epoch
    return Step(
        cached=execution.last_known_state == Execution.CACHED,
        seconds=took / 1000,
        artifacts={names[artifact.id]: artifact for artifact in artifacts},
    )
