"""What the states of a model's versions come to: does it answer, has it failed, was it tried?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from serving.server.models.model_versions import VersionState, VersionStatus


def find_answering(statuses: Iterable[VersionStatus]) -> VersionStatus | None:
    """The first version that answers."""
    return next((s for s in statuses if s.state is VersionState.AVAILABLE), None)


def has_failed(statuses: Sequence[VersionStatus]) -> bool:
    """Whether there are versions, and none answers or will be tried again."""
    ended = [s for s in statuses if s.error and s.state is VersionState.END]
    return bool(statuses) and len(ended) == len(statuses)


def is_decided(statuses: Sequence[VersionStatus]) -> bool:
    """Whether a version answers, or none ever will."""
    return find_answering(statuses) is not None or has_failed(statuses)


def are_tried(statuses: Iterable[VersionStatus]) -> bool:
    """Whether each version answers, is gone or has failed at least once."""
    return all(s.error or s.state >= VersionState.AVAILABLE for s in statuses)


def describe_failures(statuses: Iterable[VersionStatus]) -> str:
    """The errors of the versions that did not load."""
    return "; ".join(f"version {s.version}: {s.error}" for s in statuses if s.error)
