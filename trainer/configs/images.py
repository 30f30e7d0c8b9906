"""Any folder of classes: as for the flowers, with the folders found for labels."""

from dataclasses import replace

from trainer.config import Experiment
from trainer.configs import flowers


def of_folders(experiment: Experiment) -> Experiment:
    """The same experiment for images whose classes nobody has named yet."""
    data = replace(experiment.data, schema="images", classes=())
    return replace(experiment, name="images", data=data)


EXPERIMENT = of_folders(flowers.EXPERIMENT)
FAST = of_folders(flowers.FAST)
