"""Fashion-MNIST: grey images of clothes, 28 x 28 pixels, with the textbook's convolution network.

    fcn run fashion-mnist --data FOLDER

The folder has the four IDX files, or a folder of images for each class.
"""

from trainer.classic_config import FashionCNNConfig
from trainer.config import AugmentConfig, DataConfig, Experiment, Threshold, TrainConfig
from trainer.overrides import apply_overrides

EXPERIMENT = Experiment(
    name="fashion-mnist",
    data=DataConfig(
        schema="images",
        classes=(),
        split_ratios=(8, 1, 1),
        near_duplicates="apart",  # Most images look alike.
        min_side=1,
        max_pixels=50_000_000,
        max_reject_fraction=0.1,
        max_share_change=0.15,
        shards=4,
        max_side=28,
        channels=1,
        size_buckets=2,
    ),
    model=FashionCNNConfig(
        side=28, widths=(64, 128, 256), depth_pool=1, hidden=(128, 64), dropout=0.5
    ),
    augment=AugmentConfig(
        side=28,
        grid=28,
        min_crop_area=1.0,
        max_zoom=1.0,
        max_aspect_change=1.0,
        brightness=0.0,
        contrast=0.0,
        saturation=0.0,
        tint=0.0,
        grey=0.0,
        paste=0.0,
        mixup=0.0,
    ),
    train=TrainConfig(
        epochs=20,
        batch_size=64,
        learning_rate=1e-3,
        warmup_epochs=0.5,
        weight_decay=0.01,
        optimizer="nadam",
        label_smoothing=0.0,
        dice=0.0,
        class_weights=(),
        ema_momentum=0.99,
        seed=0,
    ),
    gate=(
        Threshold(metric="accuracy", at_least=0.88, max_drop=0.02),
        Threshold(metric="accuracy", at_least=0.60, each_class=True),
    ),
)

# For --fast: a quarter of the width, and two epochs.
FAST = apply_overrides(
    EXPERIMENT,
    (
        "train.epochs=2",
        "model.widths=[16, 32, 64]",
        'gate=[{"metric": "accuracy", "at_least": 0.7, "max_drop": 0.1}]',
    ),
)
