"""Any folder of images and masks: as for the pets, with black for ground and white for objects."""

from dataclasses import replace

from trainer.config import Experiment, MaskConfig
from trainer.configs import pets


def of_pairs(experiment: Experiment) -> Experiment:
    """The same experiment for masks that somebody else has drawn."""
    mask = MaskConfig(values=(0, 255), ignored=None, unlisted="keep", ground=("background",))
    data = replace(experiment.data, schema="masks", classes=("background", "object"), mask=mask)
    return replace(experiment, name="masks", data=data)


EXPERIMENT = of_pairs(pets.EXPERIMENT)
FAST = of_pairs(pets.FAST)
