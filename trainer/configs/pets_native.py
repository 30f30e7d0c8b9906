"""Oxford-IIIT pets in their own sizes: the U-Net of `pets` learns on crops, and is served whole.

    fcn run pets-native --data data/oxford_pets

It learns on crops of up to 256 pixels, in scales from 0.5 to 1. In serving no image is scaled:
large ones are answered in tiles, with the mask of the whole image, and memory grows only by the
pixels and the mask.
"""

from dataclasses import replace

from trainer.config import ServeConfig
from trainer.configs import pets
from trainer.model_config import UNetConfig
from trainer.overrides import apply_overrides

EXPERIMENT = replace(
    pets.EXPERIMENT,
    name="pets-native",
    data=replace(pets.EXPERIMENT.data, max_side=512),  # The pets are at most this large.
    serve=ServeConfig(max_side="native", tile=512),
    model=UNetConfig(widths=(32, 64, 96, 128, 192), dropout=0.3, mirrored=True),
    augment=replace(
        pets.EXPERIMENT.augment,
        side=256,
        min_crop_area=0.1,
        max_zoom=1.0,
    ),
    train=replace(pets.EXPERIMENT.train, batch_size=8),
)

# For --fast: smaller crops, a narrower model, and a gate that drawn animals pass too.
FAST = apply_overrides(
    EXPERIMENT,
    (
        "train.epochs=40",
        "train.warmup_epochs=2.0",
        "train.ema_momentum=0.98",
        "augment.side=96",
        "model.widths=[24, 48, 64, 96]",
        "model.mirrored=false",
        'gate=[{"metric": "mean_iou", "at_least": 0.4, "max_drop": 0.1}]',
    ),
)
