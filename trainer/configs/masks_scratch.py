"""Your own images and masks, without pretrained weights.

    fcn run masks-scratch --data FOLDER

The small U-Net of pets; expect its cost, about 40 minutes on 2 cores for 480 images.
"""

from dataclasses import replace

from trainer.configs import pets
from trainer.configs.masks import use_two_values

EXPERIMENT = replace(use_two_values(pets.EXPERIMENT), name="masks-scratch")
FAST = replace(use_two_values(pets.FAST), name="masks-scratch")
