"""Requests to a cluster, and their results."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class RunRequest:
    """The pipeline, parameters and settings of a run, as the user typed them."""

    pipeline: str
    version: str = ""  # The newest, if empty.
    parameters: tuple[str, ...] = ()  # NAME=VALUE
    pipeline_root: str = ""
    experiment: str = ""  # The pipeline's name, if empty.
    service_account: str = ""


@dataclass(frozen=True, kw_only=True)
class UploadedVersion:
    """A version of a pipeline on the cluster."""

    pipeline: str
    version: str
    link: str
    is_new: bool = True
    newest: str = ""  # The name of a newer version, if there is one.


@dataclass(frozen=True, kw_only=True)
class StartedRun:
    """A run that has started."""

    id: str
    name: str
    version: str
