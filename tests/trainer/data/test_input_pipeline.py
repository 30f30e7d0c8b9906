"""From recorded examples to batches."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
import tensorflow as tf

from tests.fakes import tiny
from trainer.data import input_pipeline

EXPERIMENT = tiny.EXPERIMENT
SHADES = range(10, 250, 20)  # Twelve images with different greys.
PLAIN = replace(
    EXPERIMENT,
    augment=replace(EXPERIMENT.augment, brightness=0.0, contrast=0.0, saturation=0.0),
)


@pytest.fixture(scope="module")
def split(tmp_path_factory):
    return tiny.write_split(tmp_path_factory.mktemp("split") / "train.tfrecord", 24)


@pytest.fixture(scope="module")
def shades(tmp_path_factory):
    """Grey images of unequal sizes, in two files."""
    folder = tmp_path_factory.mktemp("shades")
    examples = [
        tiny.example(np.full((20 + shade % 7, 20 + shade // 9, 3), shade, np.uint8), "red")
        for shade in SHADES
    ]
    tiny.write(folder / "b.tfrecord", examples[:5])
    tiny.write(folder / "a.tfrecord", examples[5:])
    return f"{folder}/*.tfrecord"


def batches(files, *, count, experiment=EXPERIMENT):
    return list(
        input_pipeline.read_training([files], tiny.LABELS, experiment)
        .take(count)
        .as_numpy_iterator()
    )


def assert_same(first, second):
    tf.nest.map_structure(np.testing.assert_array_equal, first, second)


def test_training_batches_contain_nearly_no_padding(split):
    inputs = [inputs for inputs, _ in batches(split, count=40)]
    useful = sum(batch["size"].prod(axis=1).sum() for batch in inputs)

    assert useful / sum(np.prod(batch["image"].shape[:3]) for batch in inputs) >= 0.95
    assert len({batch["image"].shape for batch in inputs}) > 3


def test_training_batches_are_full(split):
    for inputs, labels in batches(split, count=10):
        assert len(inputs["image"]) == len(labels) == EXPERIMENT.train.batch_size
        assert inputs["image"].dtype == np.float32
        assert inputs["size"].dtype == np.int32


def test_one_seed_gives_the_same_batches(split):
    assert_same(batches(split, count=12), batches(split, count=12))


def test_another_seed_gives_other_batches(split):
    other = tiny.with_values("train.seed=1")
    first, second = batches(split, count=1)[0], batches(split, count=1, experiment=other)[0]

    assert first[0]["image"].shape != second[0]["image"].shape or (
        np.abs(first[0]["image"] - second[0]["image"]).max() > 1
    )


def test_blended_images_share_their_labels(split):
    blended = batches(split, count=4, experiment=tiny.with_values("augment.mixup=0.5"))
    labels = np.concatenate([label for _, label in blended])

    np.testing.assert_allclose(labels.sum(axis=1), 1, atol=1e-5)
    assert (labels.max(axis=1) < 1).any()


def test_training_goes_through_every_image(shades):
    seen = {
        round(float(image[0, 0, 0]))
        for inputs, _ in batches(shades, count=30, experiment=PLAIN)
        for image in inputs["image"]
    }

    assert seen == set(SHADES)


def test_an_image_looks_different_in_each_epoch(tmp_path):
    files = tiny.write(tmp_path / "one.tfrecord", [tiny.example(tiny.pixels(40, 40), "red")])
    views = [view.tobytes() for inputs, _ in batches(files, count=2) for view in inputs["image"]]

    assert len(set(views)) == len(views) == 8


def test_evaluation_goes_through_every_image_once_and_unchanged(shades):
    seen = {}
    for inputs, _ in input_pipeline.read_evaluation(
        [shades], tiny.LABELS, EXPERIMENT
    ).as_numpy_iterator():
        for image, (height, width) in zip(inputs["image"], inputs["size"], strict=True):
            shade = int(image[0, 0, 0])
            assert shade not in seen
            seen[shade] = (height, width)
            assert (image[:height, :width] == shade).all()
            assert image.sum() == height * width * 3 * shade

    assert seen == {shade: (20 + shade % 7, 20 + shade // 9) for shade in SHADES}


def test_evaluation_knows_its_number_of_batches(shades):
    dataset = input_pipeline.read_evaluation([shades], tiny.LABELS, EXPERIMENT)

    assert int(dataset.cardinality()) == len(list(dataset))


def test_larger_images_are_brought_to_size(tmp_path):
    files = tiny.write(tmp_path / "large.tfrecord", [tiny.example(tiny.pixels(200, 100), "red")])
    ((inputs, _),) = input_pipeline.read_evaluation([files], tiny.LABELS, EXPERIMENT)

    assert inputs["size"].numpy().tolist() == [[48, 24]]
    assert inputs["image"].shape == (1, 48, 24, 3)


def test_cached_examples_equal_those_that_are_read_again(split):
    decoded = input_pipeline.decode_examples([split], tiny.LABELS, EXPERIMENT)
    small, large = (
        input_pipeline.cache_if_small(decoded, 24, EXPERIMENT),
        input_pipeline.cache_if_small(decoded, 10**9, EXPERIMENT),
    )

    assert small is not decoded
    assert large is decoded
    for _ in range(2):
        assert_same(list(small.as_numpy_iterator()), list(large.as_numpy_iterator()))


def test_labels_are_one_hot_in_their_order(split):
    labels = ("violet", "red", "blue")
    found = [
        label
        for *_, label in input_pipeline.decode_examples(
            [split], labels, EXPERIMENT
        ).as_numpy_iterator()
    ]

    assert np.array_equal(found, [(0, 0, 1), (0, 1, 0)] * 12)  # Blue and red in turn.


def test_a_label_that_is_not_in_the_training_split_is_named(split):
    with pytest.raises(tf.errors.InvalidArgumentError, match="blue"):
        list(input_pipeline.decode_examples([split], ("red", "green"), EXPERIMENT))


@pytest.mark.parametrize("name", ["empty.tfrecord", "no-such-file-*"])
def test_an_empty_split_is_refused(tmp_path, name):
    tiny.write(tmp_path / "empty.tfrecord", [])

    for read in (input_pipeline.read_training, input_pipeline.read_evaluation):
        with pytest.raises(ValueError, match=re.escape(name)):
            read([str(tmp_path / name)], tiny.LABELS, EXPERIMENT)


def test_files_are_read_in_the_order_of_their_names(shades):
    assert [path[-10:] for path in input_pipeline.expand([shades])] == ["a.tfrecord", "b.tfrecord"]


def test_an_epoch_has_about_each_example_once(split):
    assert input_pipeline.count_steps([split], EXPERIMENT) == 6
    assert input_pipeline.count_steps([split], tiny.with_values("train.batch_size=5")) == 4
    assert input_pipeline.count_steps([split], tiny.with_values("train.batch_size=100")) == 1
