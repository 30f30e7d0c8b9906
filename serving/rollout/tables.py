"""What `fcn rollout` prints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from serving.client import VersionStatus
from serving.rollout.comparison.answers import Comparison
from serving.rollout.config.model_config import ServedModel
from serving.rollout.evaluations import Evaluation, list_gate_metrics
from serving.rollout.records import Change, Position
from serving.terminal import Table, console


def show_status(
    model: ServedModel, position: Position | None, states: Mapping[str, dict[int, VersionStatus]]
) -> None:
    """The versions of a model: labels, share of requests, and the state on each server."""
    loaded = {version for found in states.values() for version in found}
    labelled = {*model.labels.values(), *model.versions}
    table = Table("version", "labels", "configured", *states, title=model.name)
    for version in sorted(loaded | labelled, reverse=True):
        labels = ", ".join(name for name, at in sorted(model.labels.items()) if at == version)
        configured = "yes" if version in model.versions else describe_policy(model)
        cells = (_describe_state(found.get(version)) for found in states.values())
        table.add_row(str(version), labels, configured, *cells)
    console.print(table)
    console.print(describe_position(position), highlight=False)


def describe_policy(model: ServedModel) -> str:
    """What a version that the configuration does not name is served by."""
    if model.versions:
        return ""
    return "all" if model.newest is None else f"newest {model.newest}"


def describe_position(position: Position | None) -> str:
    """The share of requests that each label gets, in a sentence."""
    if position is None:
        return "No labels yet: `fcn rollout canary VERSION --percent P` starts a roll-out."
    if position.canary is None:
        return f"stable: version {position.stable}. No canary."
    share = f"{position.percent:g} % of the requests"
    return f"stable: version {position.stable}. canary: version {position.canary}, {share}."


def show_comparison(comparison: Comparison, position: Position) -> None:
    """The means of a comparison."""
    title = f"Version {position.canary} (canary) against {position.stable} (stable)"
    table = Table("metric", f"mean of {comparison.images} images", title=title)
    for metric, value in comparison.metrics.items():
        table.add_row(metric, f"{value:.4f}")
    console.print(table)


def show_evaluations(evaluations: dict[int, Evaluation]) -> None:
    """The gate's metrics of each pushed version, with what the gate required."""
    metrics = list_gate_metrics(evaluations)
    table = Table("version", "pushed (UTC)", *metrics, title="Pushed versions")
    for version, found in evaluations.items():
        cells = (_describe_metric(found, metric) for metric in metrics)
        table.add_row(str(version), found.pushed_at, *cells)
    console.print(table)


def show_changes(changes: Sequence[Change], *, title: str = "Changes") -> None:
    """Who moved which label, and when; nothing without a change."""
    if not changes:
        return
    table = Table("when (UTC)", "action", "from", "to", "by", title=title)
    for change in changes:
        places = (_describe_place(place) for place in (change.before, change.after))
        table.add_row(change.changed_at, change.action, *places, change.changed_by)
    console.print(table)


def _describe_state(status: VersionStatus | None) -> str:
    return f"{status.state} {status.error}".rstrip() if status else "-"


def _describe_metric(found: Evaluation, metric: str) -> str:
    if metric not in found.metrics:
        return "-"
    limits = [(sign, gate) for sign, gate in (("≥", found.gate), ("≤", found.at_most))]
    required = "".join(f" ({sign} {gate[metric]:g})" for sign, gate in limits if metric in gate)
    return f"{found.metrics[metric]:.4f}{required}"


def _describe_place(place: Position) -> str:
    if place.canary is None:
        return f"stable {place.stable}"
    return f"stable {place.stable}, canary {place.canary} at {place.percent:g} %"
