"""The experiments by name, each with a short configuration for --fast."""

from trainer.config import Experiment
from trainer.configs import (
    boxes_scratch,
    fashion_mnist,
    flowers,
    flowers_transfer,
    images,
    images_scratch,
    masks,
    masks_scratch,
    mnist_dense,
    pet_heads,
    pets,
    pets_native,
    pets_transfer,
    tutorial_fcn,
    tutorial_vgg16,
)

MODULES = {
    "boxes-scratch": boxes_scratch,
    "fashion-mnist": fashion_mnist,
    "flowers": flowers,
    "flowers-transfer": flowers_transfer,
    "images": images,
    "images-scratch": images_scratch,
    "masks": masks,
    "masks-scratch": masks_scratch,
    "mnist-dense": mnist_dense,
    "pet-heads": pet_heads,
    "pets": pets,
    "pets-native": pets_native,
    "pets-transfer": pets_transfer,
    "tutorial-fcn": tutorial_fcn,
    "tutorial-vgg16": tutorial_vgg16,
}
EXPERIMENTS = {name: module.EXPERIMENT for name, module in MODULES.items()}
FAST = {name: module.FAST for name, module in MODULES.items()}
FROM_SCRATCH = {
    "flowers-transfer": "flowers",
    "images": "images-scratch",
    "masks": "masks-scratch",
    "pet-heads": "boxes-scratch",
    "pets-transfer": "pets",
    "tutorial-vgg16": "pets",
}  # The experiment on the same data that needs no pretrained weights.


def load(name: str, *, fast: bool = False) -> Experiment:
    """The experiment of this name. Raises ValueError that lists the known names for any other."""
    if name not in EXPERIMENTS:
        known = ", ".join(sorted(EXPERIMENTS))
        raise ValueError(
            f"Unknown experiment {name!r}: choose one of {known}; or write one for your own folder "
            "of images: fcn init."
        )
    return (FAST if fast else EXPERIMENTS)[name]
