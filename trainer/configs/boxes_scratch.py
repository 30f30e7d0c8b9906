"""Your own images with one box each, without pretrained weights.

    fcn run boxes-scratch --data FOLDER --set 'data.classes=["car", "truck"]'

The localizer learns all its layers from these images, so it needs many more of them.
"""

from dataclasses import replace

from trainer.config import Experiment
from trainer.configs import pet_heads
from trainer.model_config import FCNBoxesConfig
from trainer.overrides import apply_overrides


def use_own_network(experiment: Experiment) -> Experiment:
    """The experiment with a network that has no pretrained weights."""
    train = replace(experiment.train, layer_decay=1.0, learning_rate=1e-3)
    model = FCNBoxesConfig()
    return replace(experiment, name="boxes-scratch", model=model, head_phase=None, train=train)


EXPERIMENT = apply_overrides(use_own_network(pet_heads.EXPERIMENT), ("train.epochs=120",))
FAST = apply_overrides(use_own_network(pet_heads.FAST), ("train.epochs=20",))
