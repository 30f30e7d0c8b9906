"""The experiments by name, each with a short configuration for --fast."""

from trainer.config import Experiment
from trainer.configs import flowers, flowers_transfer, images, masks, pet_heads, pets

MODULES = {
    "flowers": flowers,
    "flowers-transfer": flowers_transfer,
    "images": images,
    "masks": masks,
    "pet-heads": pet_heads,
    "pets": pets,
}
EXPERIMENTS = {name: module.EXPERIMENT for name, module in MODULES.items()}
FAST = {name: module.FAST for name, module in MODULES.items()}


def load(name: str, *, fast: bool = False) -> Experiment:
    """The experiment of this name. Raises ValueError that lists the known names for any other."""
    if name not in EXPERIMENTS:
        known = ", ".join(sorted(EXPERIMENTS))
        raise ValueError(f"Unknown experiment {name!r}: choose one of {known}.")
    return (FAST if fast else EXPERIMENTS)[name]
