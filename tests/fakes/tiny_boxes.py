"""Images with a coloured rectangle on grey, records of them, and a localizer that finds it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import tensorflow as tf

from tests.fakes import tiny
from trainer.config import Threshold
from trainer.data import boxes, records
from trainer.export import saved_model
from trainer.export.localizer import Localizer
from trainer.model_config import FCNBoxesConfig, Lite0BoxesConfig

LABELS = ("blue", "red")
CHANNELS = {"blue": 2, "red": 0}
GREY, BRIGHT, DARK = 90, 230, 30
BOUNDARIES = (45.0,)
COUNT = 6  # Records of a run.
EXPERIMENT = replace(
    tiny.EXPERIMENT,
    name="colours",
    data=replace(tiny.EXPERIMENT.data, task="boxes", schema="boxes", classes=LABELS),
    model=FCNBoxesConfig(widths=(8, 8), hidden=8, dropout=0.1),
    train=replace(tiny.EXPERIMENT.train, box_weight=1.0, learning_rate=1e-2),
    gate=(Threshold(metric="box_iou", at_least=0.1),),
)
LITE0 = replace(
    EXPERIMENT,
    model=Lite0BoxesConfig(width=1 / 16, weights="none", hidden=8),
    augment=replace(EXPERIMENT.augment, grid=32),
)


def draw(seed: int, label: str) -> tuple[np.ndarray, np.ndarray]:
    """Pixels [H, W, 3] uint8, and the rectangle: ymin, xmin, ymax, xmax in 0..1, float32."""
    random = np.random.default_rng(seed)
    height, width = random.integers(24, 60, 2)
    top, left = random.integers(0, (height // 2, width // 2))
    bottom, right = top + height // 3 + 2, left + width // 3 + 2
    pixels = np.full((height, width, 3), GREY, np.uint8)
    pixels[top:bottom, left:right] = DARK
    pixels[top:bottom, left:right, CHANNELS[label]] = BRIGHT
    return pixels, np.float32([top, left, bottom, right]) / np.float32([height, width] * 2)


def record(number: int) -> bytes:
    """A serialized example; those of even numbers are blue."""
    label = LABELS[number % 2]
    pixels, box = draw(number, label)
    fields = {
        records.ENCODED: tiny.png(pixels),
        records.FORMAT: "PNG",
        records.HEIGHT: pixels.shape[0],
        records.WIDTH: pixels.shape[1],
        records.FILENAME: f"{number}.png",
        records.SHA256: f"{number:064x}",
        records.LABEL_TEXT: label,
        records.LABEL: number % 2,
        records.BOX_LABEL: number % 2,
        **{records.BOXES[n]: float(s) for n, s in zip(boxes.ORDER, box, strict=True)},
    }
    return records.to_example(fields).SerializeToString()


def write_split(path: Path, count: int) -> str:
    """A TFRecord file of `count` images with boxes, their classes in turn."""
    return tiny.write(path, [record(number) for number in range(count)])


def find_rectangle(pixels, sizes):
    """Probabilities, and the box around the coloured pixels in 0..1 of the sizes: [N, C + 4]."""
    coloured = tf.abs(pixels[..., 0] - pixels[..., 2]) > 100
    blue = tf.reduce_any(pixels[..., 2] - pixels[..., 0] > 100, axis=[1, 2])
    probabilities = tf.where(blue[:, None], [[0.9, 0.1]], [[0.2, 0.8]])
    ends = [find_ends(tf.reduce_any(coloured, axis=axis)) for axis in (2, 1)]
    box = tf.stack([ends[0][0], ends[1][0], ends[0][1], ends[1][1]], axis=1)
    return tf.concat([probabilities, box / tf.cast(tf.tile(sizes, [1, 2]), tf.float32)], -1)


def find_ends(marked):
    """The first marked position of each row [N, L], and the one after the last, float32."""
    places = tf.range(tf.shape(marked)[1])
    first = tf.reduce_min(tf.where(marked, places, 10**6), axis=1)
    last = tf.reduce_max(tf.where(marked, places, -1), axis=1)
    return tf.cast(first, tf.float32), tf.cast(last + 1, tf.float32)


def find_all(pixels, sizes):
    """As find_rectangle, but the box is the whole image."""
    found = find_rectangle(pixels, sizes)
    return tf.concat([found[:, :2], found[:, 2:] * 0 + [0.0, 0.0, 1.0, 1.0]], -1)


def localizer(network=find_rectangle, max_side=64) -> Localizer:
    limits = tiny.LIMITS._replace(max_side=max_side)
    return Localizer(network, LABELS, BOUNDARIES, limits)


def publish(folder: Path, network=find_rectangle) -> Path:
    """A version in a folder of a served model."""
    saved_model.save_module(localizer(network), str(folder / "1"))
    return folder
