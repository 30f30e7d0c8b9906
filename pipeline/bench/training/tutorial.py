"""The training of the flower tutorial that this project grew from, to compare with ours.

A Python sequence reads each image when its batch is needed, and pads the batch to its largest
image. https://github.com/himanshurawlani/fully_convolutional_network
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np
from keras import layers
from numpy.typing import NDArray
from PIL import Image

from pipeline.bench.training.measurement import Training
from pipeline.bench.training.setting import Photographs
from trainer.classic_config import TutorialFCNConfig
from trainer.models.classic.tutorial_fcn import FULL_SIZE

BATCH = 8
Floats = NDArray[np.float32]


def prepare(photographs: Photographs) -> Training:
    """The tutorial's network, and its batches of the photographs."""
    batches = PaddedBatches(photographs.folder)
    model = build_network(batches.classes)
    model.compile(
        optimizer=keras.optimizers.Adam(1e-4),
        loss="categorical_crossentropy",
        metrics=["accuracy"],
        jit_compile=False,  # XLA would compile again for each batch shape.
    )
    shapes = [batches[number][0].shape for number in range(len(batches))]
    pixels = float(np.mean([height * width for _, height, width, _ in shapes]))
    return Training("the tutorial's", model, batches, BATCH, pixels, warm_up=3)


class PaddedBatches(keras.utils.PyDataset):
    """Batches of images [B, H, W, 3] float32 in 0..255, padded with zeros, and one-hot classes."""

    def __init__(self, folder: Path, batch_size: int = BATCH) -> None:
        super().__init__()
        names = sorted(path.name for path in folder.iterdir())
        found = [(path, names.index(path.parent.name)) for path in sorted(folder.glob("*/*"))]
        order = np.random.default_rng(0).permutation(len(found))
        self._files: list[tuple[Path, int]] = [found[number] for number in order]
        self._batch_size, self.classes = batch_size, len(names)

    def __len__(self) -> int:
        """Batches in an epoch. The last one also has the first images."""
        return -(-len(self._files) // self._batch_size)

    def __getitem__(self, index: int) -> tuple[Floats, Floats]:
        """The images and classes of a batch."""
        first = index * self._batch_size
        numbers = range(first, first + self._batch_size)
        group = [self._files[number % len(self._files)] for number in numbers]
        classes = np.eye(self.classes, dtype=np.float32)[[label for _, label in group]]
        return pad([read(path) for path, _ in group]), classes


def read(path: Path) -> NDArray[np.uint8]:
    """The pixels [H, W, 3] of a file."""
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def pad(images: Sequence[NDArray[np.uint8]]) -> Floats:
    """A batch as large as its largest image."""
    height, width = np.max([image.shape[:2] for image in images], axis=0)
    batch = np.zeros((len(images), height, width, 3), np.float32)
    for place, image in zip(batch, images, strict=True):
        place[: image.shape[0], : image.shape[1]] = image
    return batch


def build_network(classes: int) -> keras.Model:
    """Maps [B, H, W, 3] to probabilities [B, classes]; H and W may be anything from 19 up."""
    config = TutorialFCNConfig()
    image = keras.Input((None, None, 3))
    x = image
    for number, width in enumerate(config.widths, start=1):
        x = layers.Conv2D(width, 3, strides=1 if number <= FULL_SIZE else 2)(x)
        x = layers.ReLU()(regularize(x, config))
    x = layers.GlobalMaxPooling2D()(x)
    x = layers.Dense(config.hidden, activation="relu")(regularize(x, config))
    probabilities = layers.Dense(classes, activation="softmax")(regularize(x, config))
    return keras.Model(image, probabilities)


def regularize(x: keras.KerasTensor, config: TutorialFCNConfig) -> keras.KerasTensor:
    """Dropout and batch normalization."""
    return layers.BatchNormalization()(layers.Dropout(config.dropout)(x))
