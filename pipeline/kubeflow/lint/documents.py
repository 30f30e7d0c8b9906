"""A pipeline's YAML: its two documents, and what the backend does not accept in such a file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from kfp.pipeline_spec.pipeline_spec_pb2 import PipelineSpec, PlatformSpec

from pipeline.kubeflow import compiled
from pipeline.kubeflow.lint.rules import Problem

WRAPPED = (
    "pipelineSpec"  # The field of a PipelineJob, Vertex AI's form, that contains the pipeline.
)
AGAIN = "Compile the pipeline again."
FILE = "file"
NAMES = ("first document (pipeline)", "second document (platform)")


@dataclass(frozen=True)
class Documents:
    """As much of both as can be read, and a problem for each part that cannot."""

    spec: PipelineSpec
    platform: PlatformSpec
    problems: list[Problem]


def read(text: str | bytes) -> Documents:
    """The documents of a text. Raises nothing."""
    try:
        given = compiled.load_documents(text)
        json.dumps(given, allow_nan=False)
    except (TypeError, ValueError) as error:
        flaw = Problem(
            "not-yaml",
            FILE,
            f"it is not YAML that can be written as JSON: {' '.join(str(error).split())}. {AGAIN}",
        )
        return Documents(PipelineSpec(), PlatformSpec(), [flaw])
    parts = [*map(unwrap, given[:1]), *given[1:2], {}, {}][:2]
    spec = compiled.parse_leniently(parts[0], PipelineSpec)
    return Documents(
        spec, compiled.parse_leniently(parts[1], PlatformSpec), list(find_problems(given))
    )


def find_problems(given: list[Any]) -> Iterator[Problem]:
    """In the documents as they are written."""
    if not given:
        yield Problem("empty-file", FILE, f"it is empty. {AGAIN}")
    if given and is_wrapped(given[0]):
        yield Problem(
            "wrapped-pipeline",
            NAMES[0],
            "it is wrapped in a PipelineJob, which the backend refuses: write what is "
            f"under {WRAPPED!r} by itself, as the compiler does for a .yaml file.",
        )
    parts = [*map(unwrap, given[:1]), *given[1:2]]
    for name, document, kind in zip(NAMES, parts, (PipelineSpec, PlatformSpec), strict=False):
        refusal = compiled.find_refusal(document, kind)
        if refusal:
            yield Problem(
                "unknown-document-field",
                name,
                f"{refusal}, which the backend refuses: remove or correct it.",
            )
    if len(given) > len(NAMES):
        yield Problem(
            "too-many-documents",
            FILE,
            f"it has {len(given)} documents, but the backend reads only two: put all Kubernetes "
            "settings into the second.",
        )


def unwrap(document: Any) -> Any:
    """The pipeline of a PipelineJob; any other document as it is."""
    return document[WRAPPED] if is_wrapped(document) else document


def is_wrapped(document: Any) -> bool:
    """Is it a PipelineJob?"""
    return isinstance(document, dict) and WRAPPED in document
