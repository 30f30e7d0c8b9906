r"""Flower photographs with the flower tutorial's own network, to compare its two heads.

    fcn run tutorial-fcn --data data/flower_photos
    fcn run tutorial-fcn --data data/flower_photos --set model.head=conv \
        --set name=tutorial-fcn-conv

As in the tutorial: whole images that are only mirrored, Adam's rate stays at 1e-4, and batch
normalization. Images have the sizes of `flowers`, and so has its gate.
"""

from dataclasses import replace

from trainer.classic_config import TutorialFCNConfig
from trainer.config import Experiment
from trainer.configs import flowers
from trainer.overrides import apply_overrides


def use_tutorial(experiment: Experiment) -> Experiment:
    """The same experiment with the tutorial's network and training."""
    return replace(
        experiment,
        name="tutorial-fcn",
        model=TutorialFCNConfig(head="dense", pooling="max", dropout=0.2),  # Or "conv", "average".
        augment=replace(
            experiment.augment,
            min_crop_area=1.0,
            max_aspect_change=1.0,
            brightness=0.0,
            contrast=0.0,
            saturation=0.0,
            mixup=0.0,
        ),
        train=replace(
            experiment.train,
            epochs=100,
            learning_rate=1e-4,
            warmup_epochs=0.0,
            weight_decay=0.0,
            schedule="constant",
            label_smoothing=0.0,
        ),
    )


EXPERIMENT = use_tutorial(flowers.EXPERIMENT)

# For --fast: the small images of `flowers`, half of the channels, and a tenth of the epochs.
FAST = apply_overrides(
    use_tutorial(flowers.FAST),
    ("train.epochs=10", "model.widths=[16, 32, 64, 128, 256]", "train.learning_rate=0.001"),
)
