"""What a person asks a cluster for, and what the cluster made of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class RunRequest:
    """What a run is to be made of, as it was typed."""

    pipeline: str
    version: str = ""  # The newest, if empty.
    parameters: tuple[str, ...] = ()  # NAME=VALUE
    pipeline_root: str = ""
    experiment: str = ""  # Called as the pipeline, if empty.
    service_account: str = ""


@dataclass(frozen=True, kw_only=True)
class Uploaded:
    """A version that is on the cluster."""

    pipeline: str
    version: str
    link: str
    is_new: bool = True
    newest: str = ""  # Another one, if this is no longer what a run takes.


@dataclass(frozen=True, kw_only=True)
class Started:
    """A run that was made."""

    id: str
    name: str
    version: str
