"""The records of a folder of examples, written by fold: what is learned and what is judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import tensorflow as tf

from components.doubt import folds
from components.doubt.collection import Collection, read_split
from trainer.data import input_pipeline, records
from trainer.learning.head_phase import Files

DIGEST = {records.SHA256: tf.io.FixedLenFeature([], tf.string)}
LEARNED = ("train", "test")  # The split `val` chooses the epoch, as in a run.


def assign(images: Collection, groups: Sequence[str], number: int) -> dict[str, int]:
    """The fold of each image, by digest: near-duplicates share one, classes are in all alike.

    Raises ValueError if there are fewer groups than folds.
    """
    labels = np.unique([image.label for image in images.images], return_inverse=True)[1]
    found = folds.split(labels.astype(np.intp), groups, number)
    return {images.images[n].sha256: fold for fold, (_, judged) in enumerate(found) for n in judged}


def write(examples: str, fold_of: Mapping[str, int], place: str) -> None:
    """Writes each record into `place`/<fold>, which has the layout of a folder of examples.

    Records whose digest has no fold are left out. One record is in memory.
    """
    for split in records.SPLITS:
        with ExitStack() as opened:
            writers: dict[int, tf.io.TFRecordWriter] = {}
            for record in read_split(examples, split).as_numpy_iterator():
                digest = tf.io.parse_single_example(record, DIGEST)[records.SHA256].numpy().decode()
                fold = fold_of.get(digest)
                if fold is None:
                    continue
                if fold not in writers:
                    writers[fold] = opened.enter_context(open_file(f"{place}/{fold}", split))
                writers[fold].write(record)


def open_file(folder: str, split: str) -> tf.io.TFRecordWriter:
    """The file of a split's records in a folder of examples."""
    Path(folder, f"Split-{split}").mkdir(parents=True)
    return tf.io.TFRecordWriter(f"{folder}/Split-{split}/data.tfrecord")


def find_files(place: str, fold: int, number: int, labels: Sequence[str]) -> Files:
    """The files of all folds but this one: those to learn, and those that choose the epoch.

    Without any of `val`, those that are learned choose it.
    """
    others = [other for other in range(number) if other != fold]
    learned = [f"{place}/{other}/Split-{split}/*" for other in others for split in LEARNED]
    val = [f"{place}/{other}/Split-val/*" for other in others]
    return Files(learned, val if input_pipeline.expand(val) else learned, labels)
