"""The experiments, by name, each with a short configuration beside it."""

from trainer.config import Experiment
from trainer.configs import flowers, images

EXPERIMENTS = {"flowers": flowers.EXPERIMENT, "images": images.EXPERIMENT}
FAST = {"flowers": flowers.FAST, "images": images.FAST}


def load(name: str, *, fast: bool = False) -> Experiment:
    """The experiment of this name. Raises ValueError, naming those that exist, for another."""
    if name not in EXPERIMENTS:
        raise ValueError(f"No experiment {name!r}; there are: {', '.join(sorted(EXPERIMENTS))}.")
    return (FAST if fast else EXPERIMENTS)[name]
