"""The evaluation that a pushed version carries: the gate's metrics, and what the gate required.

Pusher writes it (components/metrics/evaluation_record.py) into the version's folder.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from serving.versions import find_versions

ASSET = "assets.extra/evaluation.json"


@dataclass(frozen=True)
class Evaluation:
    """Metrics on the test split, of this model and of its baseline, and what its gate required."""

    metrics: dict[str, float] = field(default_factory=dict)
    baseline: dict[str, float] = field(default_factory=dict)
    gate: dict[str, float] = field(default_factory=dict)  # The least allowed.
    pushed_at: str = ""  # UTC, ISO 8601.
    run: str = ""  # Where the evaluation is: it names the run.
    at_most: dict[str, float] = field(default_factory=dict)  # The gate's metrics of the other kind.


def read_evaluations(base_path: Path, most: int) -> dict[int, Evaluation]:
    """The newest versions with their evaluations, oldest first; an empty one if there is none."""
    versions = find_versions(base_path)
    return {version: read_evaluation(versions[version]) for version in sorted(versions)[-most:]}


def read_evaluation(version_folder: Path) -> Evaluation:
    """A version's evaluation; an empty one for versions from before this file, or by hand."""
    try:
        found = json.loads((version_folder / ASSET).read_text(encoding="utf-8"))
        return Evaluation(**found)
    except (OSError, ValueError, TypeError):
        return Evaluation()


def list_gate_metrics(evaluations: dict[int, Evaluation]) -> list[str]:
    """The metrics that some gate requires; without any, all metrics."""
    required = {name for found in evaluations.values() for name in {**found.gate, **found.at_most}}
    return sorted(required or {name for found in evaluations.values() for name in found.metrics})
