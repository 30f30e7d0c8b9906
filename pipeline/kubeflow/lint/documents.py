"""A pipeline's YAML: its two documents, and what the backend does not accept in such a file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from google.protobuf.message import Message
from kfp.pipeline_spec.pipeline_spec_pb2 import PipelineSpec, PlatformSpec

from pipeline.kubeflow import messages
from pipeline.kubeflow.lint.rules import Problem

WRAPPED = "pipelineSpec"  # The field of a PipelineJob, Vertex AI's form, with the pipeline.
AGAIN = "Compile the pipeline again."
FILE = "file"
KINDS: dict[str, type[Message]] = {
    "first document (pipeline)": PipelineSpec,
    "second document (platform)": PlatformSpec,
}


def read(text: str | bytes) -> tuple[list[Any], list[Problem]]:
    """The pipeline's documents, at most two, and the problems of the file. Raises nothing."""
    try:
        given = messages.load_documents(text)
        json.dumps(given, allow_nan=False)
    except (TypeError, ValueError) as error:
        flaw = Problem(
            "not-yaml",
            FILE,
            f"it is not YAML that can be written as JSON: {' '.join(str(error).split())}. {AGAIN}",
        )
        return [], [flaw]
    documents = [*map(unwrap, given[:1]), *given[1:2]]
    return documents, [*check_form(given), *check_fields(documents)]


def check_form(given: list[Any]) -> Iterator[Problem]:
    """One or two documents, and the first is the pipeline itself."""
    if not given:
        yield Problem("empty-file", FILE, f"it is empty. {AGAIN}")
    if given and is_wrapped(given[0]):
        yield Problem(
            "wrapped-pipeline",
            next(iter(KINDS)),
            "it is wrapped in a PipelineJob, which the backend refuses: write what is "
            f"under {WRAPPED!r} by itself, as the compiler does for a .yaml file.",
        )
    if len(given) > len(KINDS):
        yield Problem(
            "too-many-documents",
            FILE,
            f"it has {len(given)} documents, but the backend reads only two: put all Kubernetes "
            "settings into the second.",
        )


def check_fields(documents: list[Any]) -> Iterator[Problem]:
    """The backend knows each field of both."""
    for document, (name, kind) in zip(documents, KINDS.items(), strict=False):
        refusal = messages.find_refusal(document, kind)
        if refusal:
            yield Problem(
                "unknown-document-field",
                name,
                f"{refusal}, which the backend refuses: remove or correct it.",
            )


def unwrap(document: Any) -> Any:
    """The pipeline of a PipelineJob; any other document as it is."""
    return document[WRAPPED] if is_wrapped(document) else document


def is_wrapped(document: Any) -> bool:
    """Whether it is a PipelineJob."""
    return isinstance(document, dict) and WRAPPED in document
