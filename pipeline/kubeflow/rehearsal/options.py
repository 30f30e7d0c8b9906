"""What a rehearsal may be told beside the YAML and its parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.kubeflow.backend import PIPELINE_ROOT
from pipeline.kubeflow.rehearsal.outcome import Listener
from pipeline.kubeflow.rehearsal.store import ObjectStore


@dataclass(frozen=True, kw_only=True)
class Options:
    """The cluster that is played."""

    pipeline_root: str = PIPELINE_ROOT
    secrets: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # By name, then key.
    store: ObjectStore | None = None  # None: a folder in the working directory.
    listener: Listener = lambda task: None  # Told of each change of a task.
    caching: bool = True  # False: as if the run's caching were switched off.
    longest_wait: float = 2.0  # Seconds between attempts, whatever the YAML says.
