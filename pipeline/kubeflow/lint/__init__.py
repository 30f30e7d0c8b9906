"""What the open-source backend would refuse, leave out in silence, or run otherwise than is meant.

Each sentence names the step, executor or parameter, what becomes of it, and the mend.
"""

from __future__ import annotations

from kfp.pipeline_spec.pipeline_spec_pb2 import PipelineSpec, PlatformSpec

from pipeline.kubeflow.compiled import Package
from pipeline.kubeflow.lint import (
    artifacts,
    caching,
    components,
    containers,
    documents,
    exit_handlers,
    parameters,
    places,
    plaintext,
    platforms,
    pods,
    resources,
    retries,
    tasks,
    volumes,
)
from pipeline.kubeflow.lint.names import name_problem

__all__ = ["name_problem", "problems", "problems_in_text"]

ROOMS = (
    components,
    tasks,
    parameters,
    artifacts,
    exit_handlers,
    containers,
    plaintext,
    resources,
    platforms,
    pods,
    volumes,
    places,
    retries,
    caching,
)


def problems(spec: PipelineSpec, platform: PlatformSpec) -> list[str]:
    """A sentence for each; none means that the backend runs the pipeline as it is meant."""
    package = Package(spec, platform)
    found = (sentence for room in ROOMS for sentence in room.problems(package))
    return list(dict.fromkeys(found))


def problems_in_text(text: str) -> list[str]:
    """The same for YAML, and for what the backend does not take from it."""
    found = documents.read(text)
    if found.spec == PipelineSpec():
        return found.problems
    return list(dict.fromkeys([*found.problems, *problems(found.spec, found.platform)]))
