"""Flower photographs of five classes, with an FCN from scratch.

    fcn run flowers --data data/flower_photos

On 1,800 photographs it takes 15 minutes on 2 cores; expect a test accuracy of 0.88. With --fast,
500 photographs take about a minute; expect 0.77. docs/results.md has the measurements.
"""

from trainer.config import AugmentConfig, DataConfig, Experiment, Threshold, TrainConfig
from trainer.data import schema
from trainer.model_config import ClassifierConfig
from trainer.overrides import apply_overrides

EXPERIMENT = Experiment(
    name="flowers",
    data=DataConfig(
        schema="flowers",
        classes=schema.read_classes(schema.load("flowers")),
        split_ratios=(8, 1, 1),
        near_duplicates="together",
        min_side=32,
        max_pixels=50_000_000,
        max_reject_fraction=0.1,
        max_share_change=0.15,
        shards=4,
        max_side=160,
        size_buckets=3,
    ),
    model=ClassifierConfig(
        name="fcn", widths=(64, 128, 256), blocks=1, head="conv", pooling="average", dropout=0.3
    ),
    augment=AugmentConfig(
        side=144,
        grid=16,
        min_crop_area=0.25,
        max_zoom=1.0,
        max_aspect_change=1.33,
        brightness=0.2,
        contrast=0.3,
        saturation=0.4,
        tint=0.0,
        grey=0.0,
        paste=0.0,
        mixup=0.3,
    ),
    train=TrainConfig(
        epochs=150,
        batch_size=32,
        learning_rate=2e-3,
        warmup_epochs=2.0,
        weight_decay=0.1,
        label_smoothing=0.1,
        dice=0.0,
        class_weights=(),
        ema_momentum=0.99,
        seed=0,
    ),
    gate=(
        Threshold(metric="accuracy", at_least=0.65, max_drop=0.03),
        Threshold(metric="accuracy", at_least=0.40, each_class=True),
    ),
)

# For --fast: smaller images, fewer epochs, and a gate slightly above chance.
FAST = apply_overrides(
    EXPERIMENT,
    (
        "train.epochs=30",
        "train.batch_size=16",
        "data.max_side=96",
        "augment.side=80",
        "augment.min_crop_area=0.5",
        "augment.mixup=0.0",
        "model.widths=[64, 128, 192]",
        'gate=[{"metric": "accuracy", "at_least": 0.3, "max_drop": 0.1}]',
    ),
)
