"""A pipeline's YAML: its two documents, and what the backend does not take from such a file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from kfp.pipeline_spec.pipeline_spec_pb2 import PipelineSpec, PlatformSpec

from pipeline.kubeflow import compiled

WRAPPED = "pipelineSpec"  # The field of a PipelineJob, Vertex AI's form, that holds the pipeline.
AGAIN = "Compile the pipeline again."
NAMES = ("the first document, the pipeline", "the second document, the platform")


@dataclass(frozen=True)
class Documents:
    """As much of both as can be read, and a sentence for each thing that cannot."""

    spec: PipelineSpec
    platform: PlatformSpec
    problems: list[str]


def read(text: str) -> Documents:
    """The documents of a text. Raises nothing."""
    try:
        given = compiled.load_documents(text)
        json.dumps(given, allow_nan=False)
    except (TypeError, ValueError) as error:
        flaw = f"The file is not YAML that is also JSON: {error}. {AGAIN}"
        return Documents(PipelineSpec(), PlatformSpec(), [flaw])
    parts = [*map(unwrapped, given[:1]), *given[1:2], {}, {}][:2]
    spec = compiled.parse_leniently(parts[0], PipelineSpec)
    return Documents(spec, compiled.parse_leniently(parts[1], PlatformSpec), list(problems(given)))


def problems(given: list[Any]) -> Iterator[str]:
    """Of the documents as they are written."""
    if not given:
        yield f"The file is empty. {AGAIN}"
    if given and is_wrapped(given[0]):
        yield (
            "The pipeline is wrapped in a PipelineJob, which the backend refuses: write what is "
            f"under {WRAPPED!r} alone, as the compiler does for a .yaml file."
        )
    parts = [*map(unwrapped, given[:1]), *given[1:2]]
    for name, document, kind in zip(NAMES, parts, (PipelineSpec, PlatformSpec), strict=False):
        refusal = compiled.find_refusal(document, kind)
        if refusal:
            yield f"In {name}: {refusal}, which the backend refuses: take it out or correct it."
    if len(given) > len(NAMES):
        yield (
            f"The file has {len(given)} documents, and the backend drops all after the second in "
            "silence: put all Kubernetes settings into the second."
        )


def unwrapped(document: Any) -> Any:
    """The pipeline of a PipelineJob; any other document as it is."""
    return document[WRAPPED] if is_wrapped(document) else document


def is_wrapped(document: Any) -> bool:
    """Is it a PipelineJob?"""
    return isinstance(document, dict) and WRAPPED in document
