"""Your own folder of images with one folder for each class, without pretrained weights.

    fcn run images-scratch --data FOLDER

The FCN of flowers; expect its cost, about 15 minutes on 2 cores for 1,800 images.
"""

from dataclasses import replace

from trainer.configs import flowers
from trainer.configs.images import use_folder_names

EXPERIMENT = replace(use_folder_names(flowers.EXPERIMENT), name="images-scratch")
FAST = replace(use_folder_names(flowers.FAST), name="images-scratch")
