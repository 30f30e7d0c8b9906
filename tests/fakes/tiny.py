"""A tiny experiment and its data, drawn: seconds to train, for the tests of trainer/."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from PIL import Image

from tests.fakes.image_files import file_of
from trainer import models
from trainer.config import AugmentConfig, DataConfig, Experiment, MaskConfig, Threshold, TrainConfig
from trainer.data import images, input_pipeline, records
from trainer.data.limits import SizeLimits
from trainer.data.preprocessing import DataStatistics
from trainer.learning import training
from trainer.model_config import ClassifierConfig, UNetConfig
from trainer.overrides import apply_overrides

COLOURS = {"blue": (30, 60, 220), "red": (220, 60, 30)}
LABELS = tuple(COLOURS)
LIMITS = SizeLimits(max_side=64, max_pixels=1_000_000)
STEPS = 4  # Batches in an epoch of 16 images.
STATISTICS = DataStatistics(
    labels=LABELS, mean=(120.0, 60.0, 110.0), std=(95.0, 20.0, 90.0), size_boundaries=(30.0, 40.0)
)
EXPERIMENT = Experiment(
    name="tiny",
    data=DataConfig(
        schema="images",
        classes=(),
        split_ratios=(8, 1, 1),
        near_duplicates="together",
        min_side=16,
        max_pixels=1_000_000,
        max_reject_fraction=0.1,
        max_share_change=0.2,
        shards=1,
        max_side=48,
        size_buckets=3,
    ),
    model=ClassifierConfig(
        name="fcn", widths=(8, 8), blocks=1, head="conv", pooling="average", dropout=0.1
    ),
    augment=AugmentConfig(
        side=32,
        grid=8,
        min_crop_area=0.5,
        max_zoom=1.0,
        max_aspect_change=1.2,
        brightness=0.1,
        contrast=0.1,
        saturation=0.1,
        tint=0.0,
        grey=0.0,
        paste=0.0,
        mixup=0.0,
    ),
    train=TrainConfig(
        epochs=1,
        batch_size=4,
        learning_rate=1e-3,
        warmup_epochs=0.5,
        weight_decay=0.01,
        label_smoothing=0.1,
        dice=0.0,
        class_weights=(),
        ema_momentum=0.9,
        seed=0,
    ),
    gate=(Threshold(metric="accuracy", at_least=0.5),),
)


MASKS = replace(
    EXPERIMENT,
    data=replace(
        EXPERIMENT.data,
        schema="masks",
        classes=("ground", "blue", "red"),
        mask=MaskConfig(
            values=(0, 1, 2),
            ignored=None,
            unlisted="keep",
            oriented="auto",
            suffix="",
            ground=("ground",),
        ),
    ),
    model=UNetConfig(widths=(8, 8), dropout=0.1),
    train=replace(EXPERIMENT.train, dice=0.5, learning_rate=1e-2),
    gate=(Threshold(metric="mean_iou", at_least=0.5),),
)
PALETTE = np.zeros((256, 3), np.uint8)  # Of ids: each has a channel of its own.
PALETTE[[0, 1, 2]] = np.eye(3)[[1, 2, 0]] * 255


def with_values(*overrides: str, of: Experiment = EXPERIMENT) -> Experiment:
    return apply_overrides(of, overrides)


def statistics_of(experiment: Experiment) -> DataStatistics:
    return replace(STATISTICS, labels=experiment.data.classes or LABELS)


def pixels(height: int, width: int, seed: int = 0) -> np.ndarray:
    """Noise [height, width, 3] uint8."""
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def limited(image: np.ndarray, max_side: int) -> tf.Tensor:
    """Scaled down as a model would see it."""
    return images.resize(image, images.limit_size(tf.shape(image)[:2], max_side))


def png(image: np.ndarray) -> bytes:
    """Without loss: what is decoded is what was drawn."""
    return file_of(Image.fromarray(image))


def drawn(label: str, seed: int) -> np.ndarray:
    """An image of its class's colour with some noise, of a size that the seed decides."""
    random = np.random.default_rng(seed)
    height, width = random.integers(20, 70, 2)
    noise = random.normal(COLOURS[label], 25, (height, width, 3))
    return np.clip(noise, 0, 255).astype(np.uint8)


def example(image: np.ndarray, label: str) -> bytes:
    """A serialized tf.Example of the image."""
    fields = {
        records.ENCODED: png(image),
        records.HEIGHT: image.shape[0],
        records.WIDTH: image.shape[1],
        records.LABEL_TEXT: label,
    }
    return records.to_example(fields).SerializeToString()


def drawn_mask(seed: int) -> np.ndarray:
    """A box of one class on the ground, [H, W] uint8, of a size that the seed decides."""
    random = np.random.default_rng(seed)
    height, width = random.integers(20, 70, 2)
    mask = np.zeros((height, width), np.uint8)
    top, left = random.integers(0, (height // 2, width // 2))
    mask[top : top + height // 2, left : left + width // 2] = 1 + seed % 2
    return mask


def pair_example(image: np.ndarray, mask: np.ndarray) -> bytes:
    """A serialized tf.Example of the image and its mask of class ids."""
    fields = {
        records.ENCODED: png(image),
        records.HEIGHT: image.shape[0],
        records.WIDTH: image.shape[1],
        records.MASK: png(mask),
    }
    return records.to_example(fields).SerializeToString()


def shown(image: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """How much of its class's colour each pixel has, 0..255, where a class is known."""
    flat = mask[..., 0]
    known = flat != records.IGNORED
    return np.where(PALETTE[flat] > 0, image, 0).max(-1)[known]


def coloured(mask: np.ndarray) -> bytes:
    """The example of a mask and of an image that shows nothing else."""
    return pair_example(PALETTE[mask], mask)


def write(path: Path, examples: list[bytes]) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tf.io.TFRecordWriter(str(path)) as writer:
        for serialized in examples:
            writer.write(serialized)
    return str(path)


def write_split(path: Path, count: int, *, seed: int = 0) -> str:
    """A TFRecord file of `count` images, their classes in turn."""
    drawings = [(LABELS[n % len(LABELS)], seed + n) for n in range(count)]
    return write(path, [example(drawn(label, seed), label) for label, seed in drawings])


def write_pairs(path: Path, count: int, *, seed: int = 0) -> str:
    """A TFRecord file of `count` images with masks."""
    return write(path, [coloured(drawn_mask(seed + n)) for n in range(count)])


def files(folder: Path, experiment: Experiment = EXPERIMENT) -> tuple[list[str], list[str]]:
    """The files to train on, with 16 images, and those to validate on, with 8."""
    train, val = folder / "train.tfrecord", folder / "val.tfrecord"
    write = write_pairs if experiment.data.mask else write_split
    if not val.exists():
        write(train, 16, seed=1000)
        write(val, 8, seed=2000)
    return [str(train)], [str(val)]


def datasets(folder: Path, experiment: Experiment) -> tuple[tf.data.Dataset, tf.data.Dataset]:
    (train, val), labels = files(folder, experiment), statistics_of(experiment).labels
    return training_from(train, labels, experiment), input_pipeline.read_evaluation(
        val, labels, experiment
    )


def training_from(train: list[str], labels: tuple[str, ...], experiment: Experiment):
    """The batches to train on, from a number on."""
    return lambda first: input_pipeline.read_training(train, labels, experiment, first_batch=first)


def train(folder: Path, experiment: Experiment, *, change=lambda train: train):
    """Trains as run_fn does: the model, and its history. `change` is given the training data."""
    keras.utils.set_random_seed(experiment.train.seed)
    model = models.build(experiment.model, statistics_of(experiment))
    train, val = datasets(folder, experiment)
    return model, fit(model, change(train), val, folder, experiment)


def fit(model, train, val, folder: Path, experiment: Experiment):
    data = training.Datasets(train, val, STEPS)
    folders = training.Folders(str(folder / "checkpoints"), str(folder / "logs"))
    return training.fit(model, data, folders, experiment)


def with_random_weights(model, seed: int = 0):
    """The same model, none of its weights at the value that it starts with."""
    random = np.random.default_rng(seed)
    model.set_weights([random.normal(0, 0.4, weight.shape) for weight in model.get_weights()])
    return model


def model_of(head: str = "conv", pooling: str = "average"):
    """The tiny experiment's model with random weights."""
    config = replace(EXPERIMENT.model, head=head, pooling=pooling)
    return with_random_weights(models.build(config, STATISTICS))
