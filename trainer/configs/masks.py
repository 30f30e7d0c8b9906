"""Your own images and masks, as pets-transfer with weaker changes of colour.

Black (0) is background, white (255) an object.

    fcn run masks --data FOLDER

Expect the cost of pets-transfer. The score depends on your images; the gate is that of pets, a mean
IoU of 0.60 and a pixel accuracy of 0.80. Set yours by --set gate=... `fcn init` writes an
experiment that fits your folder.
"""

from dataclasses import replace

from trainer.config import Experiment, MaskConfig
from trainer.configs import pets, pets_transfer


def use_two_values(experiment: Experiment) -> Experiment:
    """The same experiment for masks of two values: background and object."""
    mask = MaskConfig(
        values=(0, 255),
        ignored=None,
        unlisted="keep",
        oriented="auto",
        suffix="",
        ground=("background",),
    )
    data = replace(experiment.data, schema="masks", classes=("background", "object"), mask=mask)
    of_unions = [union.metric for union in experiment.unions]
    gate = tuple(each for each in experiment.gate if each.metric not in of_unions)
    return replace(experiment, name="masks", data=data, gate=gate, unions=())


def weaken_colours(experiment: Experiment) -> Experiment:
    """The same with weaker changes of colour: the colour may tell what your objects are."""
    return replace(experiment, augment=replace(experiment.augment, tint=0.1, grey=0.05))


EXPERIMENT = weaken_colours(
    use_two_values(replace(pets_transfer.EXPERIMENT, gate=pets.EXPERIMENT.gate))
)
FAST = weaken_colours(use_two_values(replace(pets_transfer.FAST, gate=pets.FAST.gate)))
