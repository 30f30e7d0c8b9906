"""Why a roll-out stops."""

from __future__ import annotations


class RolloutError(Exception):
    """Something failed: a server, kubectl or a file."""


class RolloutRefused(RolloutError):  # noqa: N818
    """The command cannot be done as given: an unknown model or version, no canary."""


class ChangedMeanwhile(RolloutError):  # noqa: N818
    """Another person or program changed the configuration during the roll-out."""

    def __init__(self, place: str) -> None:
        super().__init__(
            f"{place} was changed by someone else during this roll-out, and was left as it is: "
            "look at `fcn rollout status`, then run the command again."
        )
