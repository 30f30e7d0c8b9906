"""Finds what the open-source backend would refuse, silently drop, or run differently than meant.

To add a rule, name it in `rules.RULES` and yield a `Problem` of that name from the module that
reads the same part of the pipeline (`tasks`, `containers`, `pods`, ...). For a new part, write a
module with `find_problems(pipeline)` and add it to `CHECKS` below.
"""

from __future__ import annotations

from kfp.pipeline_spec.pipeline_spec_pb2 import PipelineSpec

from pipeline.kubeflow.compiled import CompiledPipeline, read_leniently
from pipeline.kubeflow.lint import (
    artifacts,
    components,
    containers,
    documents,
    exit_handlers,
    parameters,
    places,
    pods,
    resources,
    retries,
    tasks,
    volumes,
)
from pipeline.kubeflow.lint.names import find_name_problem
from pipeline.kubeflow.lint.rules import RULES, Problem

__all__ = ["RULES", "Problem", "find_name_problem", "find_problems", "find_problems_in_text"]

CHECKS = (
    components,
    tasks,
    parameters,
    artifacts,
    exit_handlers,
    containers,
    resources,
    pods,
    volumes,
    places,
    retries,
)


def find_problems(pipeline: CompiledPipeline) -> list[Problem]:
    """All problems, each once. Without any, the backend runs the pipeline as intended."""
    found = (problem for check in CHECKS for problem in check.find_problems(pipeline))
    return list(dict.fromkeys(found))


def find_problems_in_text(text: str | bytes) -> list[Problem]:
    """The same for YAML, with the problems of the file itself first."""
    given, problems = documents.read(text)
    pipeline = read_leniently(given)
    if pipeline.spec == PipelineSpec():
        return problems
    return list(dict.fromkeys([*problems, *find_problems(pipeline)]))
