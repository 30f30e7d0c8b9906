"""Oxford-IIIT pets: masks of pet, background and border, with a small U-Net from scratch.

    fcn run pets --data data/oxford_pets

On 479 photographs it takes about 40 minutes on 2 cores; expect a mean IoU of 0.73 and a pixel
accuracy of 0.89. With --fast, 240 drawn animals (`make demo-pets`) take 3 minutes; expect a mean
IoU of 0.83. docs/results.md has the measurements.
"""

from trainer.config import (
    AugmentConfig,
    ClassUnion,
    DataConfig,
    Experiment,
    MaskConfig,
    Threshold,
    TrainConfig,
)
from trainer.model_config import UNetConfig
from trainer.overrides import apply_overrides

EXPERIMENT = Experiment(
    name="pets",
    data=DataConfig(
        schema="pets",
        classes=("pet", "background", "border"),
        split_ratios=(8, 1, 1),
        near_duplicates="together",
        min_side=1,
        max_pixels=50_000_000,
        max_reject_fraction=0.1,
        max_share_change=0.15,
        shards=4,
        max_side=224,
        size_buckets=3,
        mask=MaskConfig(
            values=(1, 2, 3),
            ignored=None,
            unlisted="keep",
            oriented="auto",
            suffix="",
            ground=("background",),
        ),
    ),
    model=UNetConfig(
        widths=(32, 64, 96, 128, 192),
        blocks=1,
        dropout=0.3,
        mirrored=True,
        sides=(144, 176, 208, 272),
    ),
    augment=AugmentConfig(
        side=160,
        grid=16,
        min_crop_area=0.2,
        max_zoom=2.0,
        max_aspect_change=1.33,
        brightness=0.25,
        contrast=0.4,
        saturation=0.5,
        tint=0.3,
        grey=0.2,
        paste=0.0,
        mixup=0.0,
    ),
    train=TrainConfig(
        epochs=340,
        batch_size=16,
        learning_rate=2e-3,
        warmup_epochs=8.0,
        weight_decay=0.05,
        label_smoothing=0.05,
        dice=0.5,
        class_weights=(),
        ema_momentum=0.995,
        seed=0,
    ),
    gate=(
        Threshold(metric="mean_iou", at_least=0.60, max_drop=0.02),
        Threshold(metric="pixel_accuracy", at_least=0.80),
        Threshold(metric="animal_iou", at_least=0.70),
    ),
    unions=(ClassUnion(name="animal", classes=("pet", "border")),),
)

# For --fast: smaller images, a narrower model, and a gate that drawn animals pass too.
FAST = apply_overrides(
    EXPERIMENT,
    (
        "train.epochs=40",
        "train.warmup_epochs=2.0",
        "train.ema_momentum=0.98",
        "data.max_side=128",
        "augment.side=96",
        "model.widths=[24, 48, 64, 96]",
        "model.mirrored=false",
        "model.sides=[]",
        'gate=[{"metric": "mean_iou", "at_least": 0.4, "max_drop": 0.1}]',
    ),
)
