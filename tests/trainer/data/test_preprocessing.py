"""Transform's statistics, compared with NumPy."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from tests.fakes import tiny
from tests.fakes.transformed import transform
from trainer.data import preprocessing, records

SIZES = [(20, 20), (24, 25), (30, 40), (64, 20), (50, 50), (21, 23), (44, 40), (33, 17), (60, 61)]
LABELS = ["violet", "red", "red", "violet", "blue", "red", "blue", "red", "Äster"]
IMAGES = [
    np.clip(tiny.pixels(*size, seed) * (0.3 + seed / 10), 0, 255).astype(np.uint8)
    for seed, size in enumerate(SIZES)
]


@pytest.fixture(scope="module")
def graph(tmp_path_factory):
    """Transform's output folder, as its component writes it."""
    folder = tmp_path_factory.mktemp("transform")
    examples = [tiny.example(*pair) for pair in zip(IMAGES, LABELS, strict=True)]
    file = tiny.write(folder / "train.tfrecord", examples)
    return transform(file, folder / "graph")


@pytest.fixture(scope="module")
def statistics(graph):
    return preprocessing.read_classes(graph)


def test_labels_are_sorted(statistics):
    assert statistics.labels == ("blue", "red", "violet", "Äster")


def test_means_are_numpys_with_each_image_weighing_alike(statistics):
    expected = np.mean([image.mean((0, 1)) for image in IMAGES], axis=0)

    np.testing.assert_allclose(statistics.mean, expected, rtol=1e-5)


def test_standard_deviations_are_numpys(statistics):
    mean = np.mean([image.mean((0, 1)) for image in IMAGES], axis=0)
    variance = np.mean([((image - mean) ** 2).mean((0, 1)) for image in IMAGES], axis=0)

    np.testing.assert_allclose(statistics.std, np.sqrt(variance), rtol=1e-4)


def test_size_buckets_differ_by_one_image_at_most(statistics):
    sides = np.sqrt([height * width for height, width in SIZES])
    buckets = np.digitize(sides, statistics.size_boundaries)

    assert np.abs(np.bincount(buckets, minlength=3) - 3).max() <= 1
    assert set(np.float32(statistics.size_boundaries)) <= set(np.float32(sides))


def test_the_statistics_are_plain_values(statistics):
    numbers = (*statistics.mean, *statistics.std, *statistics.size_boundaries)

    assert all(type(number) is float for number in numbers)
    assert hash(statistics)


def test_equal_images_have_usable_statistics(tmp_path):
    image = np.full((25, 25, 3), 77, np.uint8)
    file = tiny.write(tmp_path / "train.tfrecord", [tiny.example(image, "red")] * 4)
    statistics = preprocessing.read_classes(transform(file, tmp_path / "graph"))

    np.testing.assert_allclose(statistics.mean, [77] * 3, rtol=1e-6)
    assert min(statistics.std) >= 1
    assert set(statistics.size_boundaries) == {25.0}


def test_a_size_is_the_side_of_a_square_of_the_same_area():
    sizes = preprocessing.compute_sizes(tf.constant([[4], [9]]), tf.constant([[9], [4]]))

    np.testing.assert_allclose(sizes, [6, 6])


def test_the_statistics_of_masks_have_the_mean_fraction_of_each_class(tmp_path):
    masks = [tiny.drawn_mask(seed) for seed in range(5)]
    masks[0][:3] = records.IGNORED
    examples = [tiny.coloured(mask) for mask in [*masks, np.full((9, 9), records.IGNORED, "u1")]]
    file = tiny.write(tmp_path / "train.tfrecord", examples)
    graph = transform(file, tmp_path / "graph", tiny.MASKS)
    statistics = preprocessing.read_masks(graph, tiny.MASKS.data.classes)

    known = [mask[mask != records.IGNORED] for mask in masks]
    expected = np.mean([np.bincount(ids, minlength=3) / ids.size for ids in known], axis=0)
    np.testing.assert_allclose(statistics.class_fractions, expected, rtol=1e-5)
    assert statistics.labels == tiny.MASKS.data.classes
    assert statistics.mean[0] > 0


def test_grey_data_has_one_mean_and_one_deviation(tmp_path):
    greys = [image[..., :1].repeat(3, axis=-1) for image in IMAGES]
    file = tiny.write(tmp_path / "train.tfrecord", [tiny.example(g, "red") for g in greys])
    grey = tiny.with_values("data.channels=1", "augment.saturation=0.0")
    statistics = preprocessing.read_classes(transform(file, tmp_path / "graph", grey))

    expected = np.mean([image[..., 0].mean() for image in greys])
    np.testing.assert_allclose(statistics.mean, [expected], rtol=1e-5)
    assert len(statistics.std) == 1
