"""Doubts about masks: connected regions in which a segmenter is sure of another class.

A segmenter that has learned the masks of train may agree with some of their errors; it judges those
of val and test fairly. Segmenters that were trained without a mask's fold judge all of them fairly.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray
from scipy import ndimage, special

from components.doubt import collection, fold_records, own_network
from components.doubt.collection import read_split
from components.doubt.listing import Doubt, DoubtList
from components.doubt.own_network import OwnNetwork
from components.report import pictures
from serving.client import Box
from trainer.data import masks, records
from trainer.data.limits import SizeLimits
from trainer.export import network, saved_model
from trainer.export.signatures import load_batch

SURE = 0.9  # Probability from which the segmenter's class counts.
LEAST = 0.001  # Of the image's pixels: smaller regions are borders.
BOX_COLOUR = (255, 0, 255)

FIELDS = {
    records.ENCODED: tf.io.FixedLenFeature([], tf.string),
    records.FILENAME: tf.io.FixedLenFeature([], tf.string),
    records.SHA256: tf.io.FixedLenFeature([], tf.string),
    records.LABEL_TEXT: tf.io.FixedLenFeature([], tf.string, default_value=""),
    records.MASK: tf.io.FixedLenFeature([], tf.string),
}


class Region(NamedTuple):
    """One connected region, in pixels of the scaled image."""

    given: int
    likely: int
    area: float  # Of the image, 0..1.
    confidence: float  # Means over the region, 0..1.
    given_confidence: float
    box: tuple[float, float, float, float]  # ymin, xmin, ymax, xmax, each 0..1 of its side.

    @property
    def score(self) -> float:
        """The share of the image that is wrong, as far as the segmenter is sure."""
        return self.area * (self.confidence - self.given_confidence)


class Segmenter(NamedTuple):
    """A network that judges masks, what it accepts, and the names of its classes."""

    network: keras.Model
    limits: SizeLimits
    labels: tuple[str, ...]


class Judged(NamedTuple):
    """A record with a mask, and who judges it."""

    record: tf.Tensor
    split: str
    segmenter: Segmenter


def read_segmenter(folder: str) -> Segmenter:
    """The segmenter of a SavedModel. Raises ValueError for one that `fcn run` did not write."""
    limits = saved_model.read_recipe(folder).data.limits
    return Segmenter(network.read(folder), limits, tuple(saved_model.read_labels(folder)))


def judge_all(examples: str, segmenter: Segmenter) -> Iterator[Judged]:
    """The records in a folder of examples, which one segmenter judges."""
    for split in records.SPLITS:
        for record in read_split(examples, split):
            yield Judged(record, split, segmenter)


def judge_by_network(examples: str, own: OwnNetwork) -> tuple[Iterator[Judged], int]:
    """The records, each judged by the experiment's network, trained without the image's fold.

    Also how many are left out, because there is a limit.
    """
    images = collection.collect(examples)
    fold_of = fold_records.assign(images, images.find_groups(), own.folds)
    limits, labels = own.recipe.data.limits, own.statistics.labels

    def judge_each() -> Iterator[Judged]:
        for model, judged in own_network.train_each(examples, fold_of, own):
            yield from judge_all(judged, Segmenter(model, limits, labels))

    return judge_each(), images.left


def list_doubts(judged: Iterable[Judged], name: str, *, most: int, left: int = 0) -> DoubtList:
    """The images with the worst regions, `most` at most; each is listed by its worst one."""
    worst: list[tuple[float, int, Doubt]] = []
    images = doubted = 0
    for record, split, segmenter in judged:
        fields = tf.io.parse_single_example(record, FIELDS)
        images += 1
        found = find_regions(*predict(segmenter, fields))
        doubted += bool(found)
        score = found[0].score if found else 0.0
        if found and (len(worst) < most or score > worst[0][0]):
            entry = score, images, describe(fields, split, found, segmenter.labels)
            (heapq.heappushpop if len(worst) == most else heapq.heappush)(worst, entry)
    doubts = tuple(doubt for *_, doubt in sorted(worst, key=lambda entry: entry[:2], reverse=True))
    return DoubtList(
        name=name, kind="mask", images=images, left=left, doubted=doubted, doubts=doubts, classes=()
    )


def predict(
    segmenter: Segmenter, fields: dict[str, tf.Tensor]
) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """Probabilities [H, W, C] of a record's image, and its mask [H, W] in the same size."""
    pixels, sizes, _ = load_batch(fields[records.ENCODED][tf.newaxis], segmenter.limits)
    logits = np.asarray(segmenter.network({"image": pixels, "size": sizes}, training=False))[0]
    mask = masks.resize(masks.decode(fields[records.MASK]), sizes[0])
    return special.softmax(logits, axis=-1), mask.numpy()[..., 0]


def find_regions(probabilities: NDArray[np.float32], mask: NDArray[np.uint8]) -> list[Region]:
    """The regions of a mask [H, W] that probabilities [H, W, C] contradict, the worst first."""
    likely = probabilities.argmax(axis=-1)
    sure = probabilities.max(axis=-1) >= SURE
    wrong = sure & (mask != likely) & (mask < probabilities.shape[-1])
    pairs = np.unique(np.stack([mask[wrong], likely[wrong]], axis=1), axis=0)
    found = [
        region
        for given, other in pairs.tolist()
        for region in _join(
            wrong & (mask == given) & (likely == other), probabilities, given, other
        )
    ]
    return sorted(found, key=lambda region: -region.score)


def _join(
    wrong: NDArray[np.bool_], probabilities: NDArray[np.float32], given: int, likely: int
) -> Iterator[Region]:
    """The connected regions of pixels [H, W] that are large enough."""
    numbers, _ = ndimage.label(wrong)
    height, width = wrong.shape
    for number, (rows, columns) in enumerate(ndimage.find_objects(numbers), start=1):
        inside = numbers[rows, columns] == number
        area = inside.sum() / wrong.size
        if area >= LEAST:
            means = probabilities[rows, columns][inside].mean(axis=0)
            top, bottom = rows.start / height, rows.stop / height
            left, right = columns.start / width, columns.stop / width
            box = top, left, bottom, right
            yield Region(given, likely, area, float(means[likely]), float(means[given]), box)


def describe(
    fields: dict[str, tf.Tensor], split: str, regions: list[Region], labels: tuple[str, ...]
) -> Doubt:
    """The doubt about an image's worst region, with the image and its mask."""
    worst = regions[0]
    names = (records.SHA256, records.FILENAME, records.LABEL_TEXT)
    sha256, path, label = (fields[name].numpy().decode() for name in names)
    mask = masks.decode(fields[records.MASK]).numpy()[..., 0]
    box = Box(*np.multiply(worst.box, mask.shape * 2).tolist())
    encoded = fields[records.ENCODED].numpy()
    others = f", and {len(regions) - 1} smaller regions" if len(regions) > 1 else ""
    return Doubt(
        sha256=sha256,
        path=path,
        split=split,
        label=label,
        given=labels[worst.given],
        likely=labels[worst.likely],
        confidence=worst.confidence,
        given_confidence=worst.given_confidence,
        pictures=(
            pictures.encode_boxes(encoded, [(box, BOX_COLOUR)]),
            pictures.encode_mask(mask),
        ),
        note=f"{worst.area:.1%} of the image{others}",
    )
