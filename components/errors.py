"""What a component raises when its input stops the run."""

from __future__ import annotations


class DataError(ValueError):
    """Input that stops a run. Its message is shown to the user as it is: cause, place and mend."""
