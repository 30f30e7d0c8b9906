"""The error of a missing or invalid setting."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pydantic

HIDDEN = "secrets"  # Somebody may have written the secret itself there.


class SettingsError(ValueError):
    """A setting is missing or invalid. The message is shown to the user as it is.

    `name` is a flag, an environment variable or a key of the cluster's file, such as
    `beam.parallelism`. `value` is None if nothing was given, and for secrets.
    """

    def __init__(self, message: str, *, name: str, value: Any = None) -> None:
        super().__init__(message)
        self.name = name
        self.value = value

    @classmethod
    def from_pydantic(
        cls, error: pydantic.ValidationError, *, prefix: str = "", known: Sequence[str] = ()
    ) -> SettingsError:
        """The first problem's name and value; the message has a sentence for each problem.

        `known` are the names to suggest in place of an unknown one.
        """
        first, *others = (_describe(problem, prefix, known) for problem in error.errors())
        message = " ".join(str(problem) for problem in (first, *others))
        return cls(message, name=first.name, value=first.value)


def _describe(problem: Any, prefix: str, known: Sequence[str]) -> SettingsError:
    name = prefix + ".".join(map(str, problem["loc"]))
    if known and problem["type"] == "unexpected_keyword_argument":
        message = f"{name} is not a setting: choose from {', '.join(known)}."
        return SettingsError(message, name=name, value=problem["input"])
    reason = problem["msg"].rstrip(".")
    if problem["loc"][:1] == (HIDDEN,):
        return SettingsError(f"{name}: {reason}.", name=name)
    shown = json.dumps(problem["input"], default=str)
    return SettingsError(f"{name}={shown}: {reason}.", name=name, value=problem["input"])
