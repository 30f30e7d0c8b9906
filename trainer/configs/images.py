"""Your own folder of images with one folder for each class: as flowers-transfer, your class names.

    fcn run images --data FOLDER

Expect the cost of flowers-transfer. The score depends on your images; the gate is that of flowers,
0.65 accuracy. Set yours by --set gate=... `fcn init` writes an experiment that fits your folder.
"""

from dataclasses import replace

from trainer.config import Experiment
from trainer.configs import flowers, flowers_transfer


def use_folder_names(experiment: Experiment) -> Experiment:
    """The same experiment, with the names of the folders as classes."""
    data = replace(experiment.data, schema="images", classes=())
    return replace(experiment, name="images", data=data)


EXPERIMENT = use_folder_names(replace(flowers_transfer.EXPERIMENT, gate=flowers.EXPERIMENT.gate))
FAST = use_folder_names(replace(flowers_transfer.FAST, gate=flowers.FAST.gate))
