"""The inputs of a run's report."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ReportInputs:
    """A run's verdict, and the folders that its steps wrote."""

    name: str
    task: str  # A name in trainer.tasks and components.tasks.
    blessed: bool  # By the Evaluator's gate.
    servable: bool
    failure: str  # Why it is not servable.
    rejects: str
    test_examples: str
    model: str  # The SavedModel.
    logs: str  # TensorBoard's.
    evaluation: str
