"""How a rehearsal can go wrong, by who would notice it on a cluster."""

from __future__ import annotations

from components.errors import DataError


class Refused(DataError):  # noqa: N818
    """What the API server would not take: nothing of the run has started."""

    def __init__(self, message: str) -> None:
        super().__init__("submission_refused", message)


class StepFailed(Exception):  # noqa: N818
    """A step that ends the run. Its message says what happened, and where."""


class DriverFailed(StepFailed):
    """The driver found no inputs for the step: no pod, and no state of its own."""


class LauncherFailed(StepFailed):
    """The launcher saw the failure, and wrote FAILED into the metadata."""


class PodLost(StepFailed):
    """The pod never started, or was killed with its launcher: the metadata still say RUNNING."""
