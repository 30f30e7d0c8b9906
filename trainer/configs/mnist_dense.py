"""MNIST: handwritten digits of 28 x 28 pixels, with dense layers only.

    fcn run mnist-dense --data FOLDER

The folder has the four IDX files, or a folder of images for each class. Training does not mirror
digits.
"""

from dataclasses import replace

from trainer.classic_config import MLPConfig
from trainer.config import Experiment, Threshold
from trainer.configs import fashion_mnist


def use_dense_layers(experiment: Experiment) -> Experiment:
    """The same experiment for digits, with dense layers."""
    return replace(
        experiment,
        name="mnist-dense",
        model=MLPConfig(side=28, hidden=(300, 100), dropout=0.2),
        augment=replace(experiment.augment, mirror=False),
    )


EXPERIMENT = replace(
    use_dense_layers(fashion_mnist.EXPERIMENT),
    gate=(
        Threshold(metric="accuracy", at_least=0.97, max_drop=0.01),
        Threshold(metric="accuracy", at_least=0.93, each_class=True),
    ),
)
FAST = use_dense_layers(fashion_mnist.FAST)
