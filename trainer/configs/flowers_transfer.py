"""Flower photographs of five classes, with an EfficientNet-Lite0 that ImageNet has trained.

    fcn run flowers-transfer --data data/flower_photos

First the head learns, on features that are computed once; then the backbone from stride 8 on, the
later layers faster. The weights come with `make setup`. docs/results.md has the measurements.
"""

from dataclasses import replace

from trainer.config import Threshold
from trainer.configs import flowers
from trainer.model_config import Lite0Config
from trainer.overrides import apply_overrides
from trainer.phase_config import HeadPhaseConfig

EXPERIMENT = replace(
    flowers.EXPERIMENT,
    name="flowers-transfer",
    data=replace(flowers.EXPERIMENT.data, max_side=320),
    model=Lite0Config(weights="imagenet", dropout=0.3),  # Or "none", or a file.
    augment=replace(
        flowers.EXPERIMENT.augment, side=224, grid=32, min_crop_area=0.4, tint=0.1, mixup=0.0
    ),
    head_phase=HeadPhaseConfig(epochs=30, learning_rate=2e-3, warmup_epochs=1.0, weight_decay=0.01),
    train=replace(
        flowers.EXPERIMENT.train,
        epochs=10,
        learning_rate=5e-4,
        warmup_epochs=0.5,
        weight_decay=0.02,
        layer_decay=0.85,
        fixed_stride=4,  # Where a third of the time of a step would go.
        ema_momentum=0.95,
    ),
    gate=(
        Threshold(metric="accuracy", at_least=0.85, max_drop=0.03),
        Threshold(metric="accuracy", at_least=0.70, each_class=True),
    ),
)

# For --fast: three epochs of the second phase, on smaller crops.
FAST = apply_overrides(
    EXPERIMENT,
    (
        "train.epochs=3",
        "train.ema_momentum=0.9",
        "augment.side=192",
        'gate=[{"metric": "accuracy", "at_least": 0.6, "max_drop": 0.1}]',
    ),
)
