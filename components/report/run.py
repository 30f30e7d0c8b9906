"""What the page of a run is made from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Run:
    """A run's verdict, and the folders that its steps left."""

    name: str
    task: str  # Its name, in trainer.tasks and components.tasks.
    blessed: bool  # By the Evaluator's gate.
    servable: bool
    failure: str  # Why it is not servable.
    rejects: str
    test_examples: str
    model: str  # The SavedModel.
    logs: str  # Of TensorBoard.
    evaluation: str
