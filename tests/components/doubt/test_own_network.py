"""The experiment's own network as a judge: trained without the images that it judges."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import tensorflow as tf

from components.doubt import collection, fold_records, labels, regions
from components.doubt.own_network import OwnNetwork
from tests.fakes import tiny
from tests.fakes.tiny_runs import lasting
from trainer.data import input_pipeline, records

FOLDS = 2
IMAGES = {"train": 24, "val": 8}
WRONG = 5  # The image whose label, or whose mask, is another's.
CLASSES = tiny.with_values(  # Learns the colours in a few steps.
    "train.epochs=3",
    "train.learning_rate=0.02",
    "train.label_smoothing=0.0",
    "train.ema_momentum=0.5",
    "model.dropout=0.0",
)
MASKS = replace(tiny.MASKS, train=replace(tiny.MASKS.train, epochs=8))


def write(folder, make):
    """Records of both splits; `make` gives the fields of an image by its number."""
    first = 0
    for split, count in IMAGES.items():
        with collection_file(folder, split) as writer:
            for number in range(first, first + count):
                place = {records.FILENAME: f"{number}.png", records.SHA256: digest(number)}
                writer.write(records.to_example(place | make(number)).SerializeToString())
        first += count
    return str(folder)


def collection_file(folder, split):
    (folder / f"Split-{split}").mkdir(parents=True)
    return tf.io.TFRecordWriter(str(folder / f"Split-{split}" / "data"))


def digest(number):
    return f"{(number + 1) * 2**250 // 40:064x}"


def make_classes(number):
    shown, other = tiny.LABELS[number % 2], tiny.LABELS[1 - number % 2]
    label = other if number == WRONG else shown
    image = tiny.drawn(shown, number)
    sizes = {records.HEIGHT: image.shape[0], records.WIDTH: image.shape[1]}
    return {records.ENCODED: tiny.png(image), records.LABEL_TEXT: label, **sizes}


def make_masks(number):
    mask = tiny.drawn_mask(number)
    encoded = tiny.png(tiny.PALETTE[mask])
    given = np.zeros_like(mask) if number == WRONG else mask  # All of it is ground.
    height, width = mask.shape
    fields = {records.ENCODED: encoded, records.MASK: tiny.png(given), records.LABEL_TEXT: ""}
    return fields | {records.HEIGHT: height, records.WIDTH: width}


@pytest.fixture(scope="module")
def examples():
    return write(lasting(), make_classes)


def test_no_image_is_judged_by_a_network_that_has_learned_it(examples, tmp_path):
    images = collection.collect(examples)
    fold_of = fold_records.assign(images, images.find_groups(), FOLDS)
    fold_records.write(examples, fold_of, str(tmp_path))

    judged = [read_digests([f"{tmp_path}/{fold}/Split-*/*"]) for fold in range(FOLDS)]
    for fold in range(FOLDS):
        files = fold_records.find_files(str(tmp_path), fold, FOLDS, tiny.LABELS)
        learned = read_digests([*files.train, *files.val])
        assert learned == set().union(*(judged[other] for other in range(FOLDS) if other != fold))
        assert not learned & judged[fold]
    assert set().union(*judged) == {image.sha256 for image in images.images}


def read_digests(patterns):
    rows = tf.data.TFRecordDataset(input_pipeline.expand(patterns))
    return {
        row[records.SHA256].decode() for batch in collection.read_batches(rows) for row in batch
    }


def test_images_of_one_look_are_in_one_fold():
    images = collection.Collection(
        [collection.Seen(digest(n), f"{n}", "ab"[n % 2], "train", "") for n in range(12)]
    )
    fold_of = fold_records.assign(images, [str(n // 3) for n in range(12)], FOLDS)

    for first in range(0, 12, 3):
        assert len({fold_of[digest(n)] for n in range(first, first + 3)}) == 1


def test_a_wrong_label_is_listed_first(examples):
    said = []
    own = OwnNetwork(CLASSES, tiny.STATISTICS, FOLDS, said.append)

    judged = labels.judge_by_network(examples, own)
    found = labels.list_doubts(judged, examples, "colours", most=3)

    assert found.doubts[0].path == f"{WRONG}.png"
    assert judged.probabilities.sum(axis=1) == pytest.approx(1, abs=1e-4)
    assert found.images == sum(IMAGES.values())
    assert [line.split(":")[0] for line in said] == ["Fold 1 of 2", "Fold 2 of 2"]


def test_a_label_that_no_network_has_learned_is_refused(examples):
    statistics = replace(tiny.STATISTICS, labels=("blue",))

    with pytest.raises(ValueError, match="'red' is not in the training split"):
        labels.judge_by_network(examples, OwnNetwork(CLASSES, statistics, FOLDS, print))


def test_a_wrong_mask_is_listed_first(tmp_path):
    examples = write(tmp_path, make_masks)
    own = OwnNetwork(MASKS, tiny.statistics_of(MASKS), FOLDS, print)

    judged, left = regions.judge_by_network(examples, own)
    found = regions.list_doubts(judged, "masks", most=3, left=left)

    assert (found.images, found.left) == (sum(IMAGES.values()), 0)
    assert found.doubts[0].path == f"{WRONG}.png"
    assert found.doubts[0].given == "ground"
