"""Doubts about the labels of recorded images: features, near-duplicates, list and pictures."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf

from components.doubt import collection, features, labels
from components.doubt.collection import Collection, Seen
from components.doubt.twins import Twins
from tests.fakes import tiny
from tests.fakes.tiny_runs import lasting
from trainer.data import records
from trainer.model_config import Lite0Config

CONFIG = Lite0Config(width=0.3, weights="none")
SEED = 3  # Of random weights whose features tell red from blue.
IMAGES = 40  # Of each split.


def draw(number: int, label: str) -> np.ndarray:
    """Noise in the colour of a label: red or blue."""
    pixels = np.random.default_rng(number).integers(0, 90, (32, 36, 3)).astype(np.uint8)
    pixels[..., 0 if label == "red" else 2] += 150
    return pixels


def write(folder, split: str, first: int, wrong: int | None) -> None:
    """Records of which one has the other label."""
    rows = []
    for number in range(first, first + IMAGES):
        shown = ("red", "blue")[number % 2]
        given = ("blue", "red")[number % 2] if number == wrong else shown
        fields = {
            records.ENCODED: tiny.png(draw(number, shown)),
            records.FILENAME: f"{number}.png",
            records.SHA256: f"{number * 2**58 + 1:064x}"[::-1],
            records.LABEL_TEXT: given,
        }
        rows.append(records.to_example(fields).SerializeToString())
    place = folder / f"Split-{split}"
    place.mkdir(parents=True)
    with tf.io.TFRecordWriter(str(place / "data")) as writer:
        for row in rows:
            writer.write(row)


@pytest.fixture(scope="module")
def examples():
    folder = lasting()
    write(folder, "train", 0, wrong=7)
    write(folder, "val", 100, wrong=None)
    return str(folder)


@pytest.fixture(scope="module")
def found(examples):
    keras.utils.set_random_seed(SEED)
    return labels.list_doubts(labels.judge_by_heads(examples, CONFIG), examples, "colours", most=5)


def test_the_wrong_label_is_the_first_of_the_list(found):
    first = found.doubts[0]

    assert (first.path, first.split) == ("7.png", "train")
    assert (first.label, first.given, first.likely) == ("red", "red", "blue")
    assert first.confidence > 0.5 > first.given_confidence
    assert first.pictures[0].startswith("data:image/jpeg;base64,")


def test_the_list_is_bounded_and_counts_all(found):
    assert found.images == 2 * IMAGES
    assert found.left == 0
    assert len(found.doubts) == min(5, found.doubted)
    assert found.classes == ("blue", "red")


def test_features_do_not_depend_on_the_batch(examples, monkeypatch):
    keras.utils.set_random_seed(SEED)
    together, of_all = features.collect(examples, CONFIG)
    monkeypatch.setattr(collection, "BATCH", 3)
    keras.utils.set_random_seed(SEED)
    few, of_few = features.collect(examples, CONFIG, most=IMAGES + 4)

    assert of_few == pytest.approx(of_all[: IMAGES + 4], abs=1e-3)
    assert [image.path for image in few.images] == [i.path for i in together.images[: IMAGES + 4]]
    assert (few.left, together.left) == (IMAGES - 4, 0)


def see(number: int, label: str, split: str, look: str = "00ff00ff00ff00ff") -> Seen:
    return Seen(f"{number:064x}", f"{number}.png", label, split, look)


def test_near_duplicates_under_other_labels_come_first():
    images = [see(1, "a", "train"), see(2, "a", "train"), see(3, "a", "val"), see(4, "b", "train")]
    alone = see(5, "b", "test")
    twins = Twins(Collection([*images, alone]), ["g"] * 4 + ["h"])

    assert [image.path for image in twins.find(images[0])] == ["4.png", "3.png", "2.png"]
    assert twins.find(alone) == []
    assert twins.find_contradictions() == [images]


def test_one_label_is_refused():
    images = Collection([see(1, "a", "train"), see(2, "a", "train")])

    with pytest.raises(ValueError, match="two labels"):
        labels.number_labels(images)
