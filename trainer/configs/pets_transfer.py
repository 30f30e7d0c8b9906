"""Oxford-IIIT pets with a U-Net on an EfficientNet-Lite0 that ImageNet has trained.

    fcn run pets-transfer --data data/oxford_pets

First the decoder learns, on features that are computed once; then all weights, the later layers
faster. The weights come with `make setup`. docs/results.md has the measurements.
"""

from dataclasses import replace

from trainer.config import Threshold
from trainer.configs import pets
from trainer.model_config import UNetLite0Config
from trainer.overrides import apply_overrides
from trainer.phase_config import HeadPhaseConfig

EXPERIMENT = replace(
    pets.EXPERIMENT,
    name="pets-transfer",
    data=replace(pets.EXPERIMENT.data, max_side=320),
    model=UNetLite0Config(
        weights="imagenet",  # Or "none", or a file.
        widths=(24, 32, 64, 96),
        dropout=0.2,
        mirrored=True,
        sides=(224, 288, 352),
    ),
    augment=replace(
        pets.EXPERIMENT.augment,
        side=224,
        grid=32,
        min_crop_area=0.25,
        max_zoom=1.5,
    ),
    head_phase=HeadPhaseConfig(epochs=8, learning_rate=2e-3, warmup_epochs=1.0, weight_decay=0.02),
    train=replace(
        pets.EXPERIMENT.train,
        epochs=60,
        learning_rate=1e-3,
        warmup_epochs=1.0,
        weight_decay=0.05,
        label_smoothing=0.0,
        layer_decay=0.85,
        ema_momentum=0.99,
    ),
    gate=(
        Threshold(metric="mean_iou", at_least=0.70, max_drop=0.02),
        Threshold(metric="pixel_accuracy", at_least=0.85),
    ),
)

# For --fast: smaller images, a few epochs of the second phase, and a gate that drawn animals pass.
FAST = apply_overrides(
    EXPERIMENT,
    (
        "train.epochs=8",
        "data.max_side=160",
        "augment.side=128",
        "head_phase.epochs=4",
        "model.mirrored=false",
        "model.sides=[]",
        'gate=[{"metric": "mean_iou", "at_least": 0.4, "max_drop": 0.1}]',
    ),
)
