"""A served classifier with heat maps, and images that it looks at."""

from __future__ import annotations

from pathlib import Path

from tests.fakes import tiny
from trainer.export import saved_model

IMAGES = [tiny.pixels(40, 48), tiny.pixels(33, 20, seed=1)]


def publish(folder: Path, *, head: str = "conv", pooling: str = "average") -> Path:
    """Writes version 1 of a model with random weights."""
    model = tiny.with_random_weights(tiny.model_of(head, pooling))
    saved_model.save(model, tiny.STATISTICS, tiny.EXPERIMENT, str(folder / ".1.partial"))
    return (folder / ".1.partial").rename(folder / "1")
