"""Whether a model can have the weights that an experiment names, before they are read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


class WeightsUnavailableError(OSError):
    """Weights are missing, or are not the published ones; the message says how to get others."""


def check_file(path: str, fix: str) -> None:
    """Raises WeightsUnavailableError with the fix unless there is a file."""
    if not Path(path).is_file():
        problem = "is a folder" if Path(path).is_dir() else "does not exist"
        raise WeightsUnavailableError(f"model.weights={path} {problem}: {fix}.")


def check_width(width: float, published: Sequence[float], fix: str) -> None:
    """Raises ValueError with the fix for a width without ImageNet's weights."""
    if width not in published:
        raise ValueError(
            f"model.width={width}: ImageNet's weights have width "
            f"{' or '.join(map(str, published))}; use that, or {fix}."
        )
