"""The file that `fcn compile` writes, and the same pipeline as the API shows it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kfp.pipeline_spec.pipeline_spec_pb2 import PipelineSpec

from pipeline.kubeflow import lint
from pipeline.kubeflow.compiled import CompiledPipeline, read_leniently
from pipeline.kubeflow.messages import load_documents
from pipeline.kubeflow.schedule.errors import WrongUseError

DIGITS = 12  # Of the digest that is a version's default name.
SHOWN_AS = ("pipeline_spec", "platform_spec")  # The API's fields for a file of two documents.


@dataclass(frozen=True, kw_only=True)
class CompiledFile:
    """A compiled pipeline: the same bytes have the same digest."""

    path: Path
    name: str
    digest: str
    documents: list[Any]

    @classmethod
    def read(cls, path: Path) -> CompiledFile:
        """Reads a file. Raises WrongUseError unless the cluster would run it as intended."""
        try:
            content = path.read_bytes()
        except OSError as error:
            raise WrongUseError(
                f"{path} cannot be read ({error.strerror}): check the path and its permissions."
            ) from error
        if path.suffix not in (".yaml", ".yml"):
            raise WrongUseError(f"{path}: rename it to end in .yaml, which the cluster requires.")
        documents, name = read_documents(path, content)
        check(path, content)
        digest = hashlib.sha256(content).hexdigest()[:DIGITS]
        return cls(path=path, name=name, digest=digest, documents=documents)

    def is_in(self, version: Any) -> bool:
        """Whether a version on the cluster has the same content: by name or by specification."""
        alone = len(self.documents) == 1
        shown = self.documents[0] if alone else dict(zip(SHOWN_AS, self.documents, strict=False))
        return version.display_name == self.digest or version.pipeline_spec == shown


def read_documents(path: Path, content: bytes) -> tuple[list[Any], str]:
    """The file's documents, and the pipeline's name."""
    try:
        documents = load_documents(content)
    except ValueError:
        documents = []
    name = read_leniently(documents).name
    if not name:
        raise WrongUseError(
            f"{path} is not a compiled pipeline: write one with `fcn compile` and upload that."
        )
    return documents, name


def check(path: Path, content: bytes) -> None:
    """Raises WrongUseError with each problem that the linter finds."""
    problems = [str(problem) for problem in lint.find_problems_in_text(content)]
    if problems:
        lines = "\n  ".join(problems)
        raise WrongUseError(f"{path}: the cluster would not run this as intended:\n  {lines}")


def read_shown(specification: Any) -> CompiledPipeline | None:
    """The pipeline in a version of the API; None if the API does not show a readable one."""
    if not isinstance(specification, dict):
        return None
    pipeline = read_leniently([specification.get(SHOWN_AS[0], specification)])
    return pipeline if pipeline.spec != PipelineSpec() else None
