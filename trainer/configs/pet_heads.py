"""Heads of the Oxford-IIIT pets: a cat or a dog, and the box around its head.

    fcn run pet-heads --data data/oxford_pets

The backbone is an EfficientNet-Lite0 that ImageNet has trained; first the heads learn, then all
weights. Half of the images have no box: they are rejects, `box_missing`. docs/results.md has the
measurements.
"""

from trainer.config import AugmentConfig, DataConfig, Experiment, Threshold, TrainConfig
from trainer.model_config import Lite0BoxesConfig
from trainer.overrides import apply_overrides
from trainer.phase_config import HeadPhaseConfig

EXPERIMENT = Experiment(
    name="pet-heads",
    data=DataConfig(
        task="boxes",
        schema="boxes",
        classes=("cat", "dog"),
        split_ratios=(8, 1, 1),
        near_duplicates="together",
        min_side=32,
        max_pixels=50_000_000,
        max_reject_fraction=0.6,
        max_share_change=0.15,
        shards=4,
        max_side=320,
        size_buckets=3,
    ),
    model=Lite0BoxesConfig(weights="imagenet", dropout=0.3),  # Or "none", or a file.
    augment=AugmentConfig(
        side=288,
        grid=32,
        min_crop_area=0.4,
        max_zoom=1.0,
        max_aspect_change=1.33,
        brightness=0.2,
        contrast=0.3,
        saturation=0.4,
        tint=0.1,
        grey=0.1,
        paste=0.0,
        mixup=0.0,
    ),
    head_phase=HeadPhaseConfig(epochs=40, learning_rate=2e-3, warmup_epochs=1.0, weight_decay=0.01),
    train=TrainConfig(
        epochs=40,
        batch_size=16,
        learning_rate=5e-4,
        warmup_epochs=1.0,
        weight_decay=0.02,
        layer_decay=0.85,
        label_smoothing=0.05,
        dice=0.0,
        class_weights=(),
        box_weight=2.0,
        ema_momentum=0.97,
        seed=0,
    ),
    gate=(
        Threshold(metric="mean_average_precision", at_least=0.5, max_drop=0.1),
        Threshold(metric="accuracy", at_least=0.8, max_drop=0.05),
    ),
)

# For --fast: smaller images, fewer epochs, and a gate slightly above the baseline box.
FAST = apply_overrides(
    EXPERIMENT,
    (
        "head_phase.epochs=30",
        "train.epochs=2",
        "train.batch_size=8",
        "data.max_side=192",
        "augment.side=192",
        'gate=[{"metric": "box_iou", "at_least": 0.2, "max_drop": 0.2}]',
    ),
)
