"""What a frozen EfficientNet-Lite0 sees in recorded images: one vector of features for each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from components.ingestion.near_duplicates import groups, look
from trainer.data import images, records
from trainer.data.records import SPLITS
from trainer.model_config import Lite0Config
from trainer.models.backbones import lite0, lite0_weights
from trainer.models.layers import MaskedPooling

SIDE = 320  # Pixels of the longer side: 224, the side of pretraining, finds fewer swapped labels.
BATCH = 32
MOST = 50_000  # Images in memory, 5 kB each.
UNKNOWN = (127.5,) * 3, (64.0,) * 3  # Mean and deviation: weights that are not pretrained use them.

FIELDS = {
    records.ENCODED: tf.io.FixedLenFeature([], tf.string),
    records.FILENAME: tf.io.FixedLenFeature([], tf.string),
    records.SHA256: tf.io.FixedLenFeature([], tf.string),
    records.LABEL_TEXT: tf.io.FixedLenFeature([], tf.string, default_value=""),
}


class Seen(NamedTuple):
    """One recorded image, without its pixels."""

    sha256: str
    path: str
    label: str
    split: str
    look: str  # See components/ingestion/near_duplicates.


class Collection(NamedTuple):
    """Images and their features."""

    images: list[Seen]
    features: NDArray[np.float32]  # [N, D]
    left: int = 0  # Images of the folder that are not here: there is a limit.

    def find_groups(self) -> list[str]:
        """The group of near-duplicates of each image; an image without any is its own group."""
        digests = [image.sha256 for image in self.images]
        prefixes = np.array([int(each[: groups.PREFIX], 16) for each in digests], np.uint64)
        looks = np.array([int(image.look, 16) for image in self.images], np.uint64)
        found = groups.find(prefixes, looks)
        return [found.find_leader(digest) or digest for digest in digests]


def collect(examples: str, config: Lite0Config, *, most: int = MOST) -> Collection:
    """The first images of each split in the folder of examples, `most` in all.

    The order is that of their digests, so the first ones are a random sample. Raises what
    lite0_weights.py raises.
    """
    network = build(config)
    compute_batch = tf.function(lambda batch: network(batch, training=False), reduce_retracing=True)
    seen: list[Seen] = []
    found, left = [np.zeros((0, network.output.shape[-1]), np.float32)], 0
    for split in SPLITS:
        dataset, room = read_split(examples, split), most - len(seen)
        for rows in read_batches(dataset.take(room)):
            pixels = [images.load(tf.constant(row[records.ENCODED]), SIDE) for row in rows]
            seen += [describe(*each, split) for each in zip(rows, pixels, strict=True)]
            found.append(compute_batch(pad(pixels)).numpy())
        left += int(dataset.skip(room).reduce(0, lambda count, _: count + 1))
    return Collection(seen, np.concatenate(found), left)


def build(config: Lite0Config) -> keras.Model:
    """The network from {"image", "size"} to features [B, D]."""
    inputs, maps = lite0.build_backbone(config, mean=UNKNOWN[0], std=UNKNOWN[1])
    x, mask = lite0.add_top(maps["block15"], config)
    pooled = MaskedPooling("average", name="features")(x, mask)
    return lite0_weights.read(keras.Model(inputs, pooled, name="lite0_features"), config)


def read_split(examples: str, split: str) -> tf.data.Dataset:
    """The serialized records of a split."""
    return tf.data.TFRecordDataset(sorted(tf.io.gfile.glob(f"{examples}/Split-{split}/*")))


def read_batches(dataset: tf.data.Dataset) -> Iterator[list[dict[str, bytes]]]:
    """FIELDS of serialized records, BATCH at a time."""
    for batch in dataset.batch(BATCH):
        parsed = tf.io.parse_example(batch, FIELDS)
        columns = {name: value.numpy() for name, value in parsed.items()}
        yield [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def describe(fields: dict[str, bytes], pixels: tf.Tensor, split: str) -> Seen:
    """What is kept of a record and its pixels [H, W, 3]."""
    names = (records.SHA256, records.FILENAME, records.LABEL_TEXT)
    sha256, path, label = (fields[name].decode() for name in names)
    return Seen(sha256, path, label, split, look.compute(pixels))


def pad(pixels: Sequence[tf.Tensor]) -> dict[str, NDArray]:
    """Images [H, W, 3] of different sizes as one padded batch, and their sizes [B, 2]."""
    sizes = np.array([image.shape[:2] for image in pixels], np.int32)
    padded = np.zeros((len(pixels), *sizes.max(axis=0), 3), np.float32)
    for place, image in zip(padded, pixels, strict=True):
        place[: image.shape[0], : image.shape[1]] = image
    return {"image": padded, "size": sizes}
