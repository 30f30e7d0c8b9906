"""The file that `fcn compile` writes, as far as an upload needs to know it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.kubeflow import lint
from pipeline.kubeflow.compiled import load_documents
from pipeline.kubeflow.schedule.errors import WrongUseError

DIGITS = 12  # Of the digest that names a version whose name nobody gives.
SHOWN_AS = ("pipeline_spec", "platform_spec")  # The documents of a file, where the API shows two.


@dataclass(frozen=True, kw_only=True)
class CompiledFile:
    """A compiled pipeline: the same bytes have the same digest."""

    path: Path
    name: str
    digest: str
    documents: list[Any]

    @classmethod
    def read(cls, path: Path) -> CompiledFile:
        """Reads a file; refuses what is not a compiled pipeline, or would not run."""
        try:
            content = path.read_bytes()
        except OSError as error:
            raise WrongUseError(f"{path} cannot be read: {error.strerror}.") from error
        if path.suffix not in (".yaml", ".yml"):
            raise WrongUseError(f"{path}: the cluster wants a name that ends in .yaml.")
        found = documents(path, content)
        check(path, content)
        digest = hashlib.sha256(content).hexdigest()[:DIGITS]
        name = str(found[0]["pipelineInfo"]["name"])
        return cls(path=path, name=name, digest=digest, documents=found)

    def is_in(self, version: Any) -> bool:
        """Whether a version of the API holds this content: by its name, or by what it shows."""
        alone = len(self.documents) == 1
        shown = self.documents[0] if alone else dict(zip(SHOWN_AS, self.documents, strict=False))
        return version.display_name == self.digest or version.pipeline_spec == shown


def documents(path: Path, content: bytes) -> list[Any]:
    """The graph, and what it asks of the platform."""
    try:
        found = load_documents(content)
        found[0]["pipelineInfo"]["name"]
    except (ValueError, LookupError, TypeError) as error:
        raise WrongUseError(
            f"{path} is not a compiled pipeline: `fcn compile` writes one that can be uploaded."
        ) from error
    return found


def check(path: Path, content: bytes) -> None:
    """Raises WrongUseError with each problem that the linter finds."""
    problems = [str(problem) for problem in lint.find_problems_in_text(content)]
    if problems:
        lines = "\n  ".join(problems)
        raise WrongUseError(f"{path}: the cluster would not run this as intended:\n  {lines}")
