"""What the input pipeline's measurement counts, not how long that takes."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from pipeline.bench import input_speed
from pipeline.bench.input_speed import RecordSource
from tests.fakes import tiny

COUNT = 24


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    file = tiny.write_split(tmp_path_factory.mktemp("records") / "train.tfrecord", COUNT)
    return RecordSource([file], tiny.LABELS, tiny.EXPERIMENT)


def source_of(path, *sizes):
    """Records of black images of these heights and widths."""
    images = [tiny.example(np.zeros((*size, 3), np.uint8), "red") for size in sizes]
    return RecordSource([tiny.write(path / "x.tfrecord", images)], tiny.LABELS, tiny.EXPERIMENT)


def batch(size, *sizes):
    inputs = {"image": tf.zeros((len(sizes), *size, 3)), "size": tf.constant(sizes)}
    return tf.data.Dataset.from_tensors((inputs, tf.zeros((len(sizes), 2))))


def test_useful_pixels_are_those_inside_the_sizes_of_all_batches():
    batches = batch((10, 10), (10, 10), (5, 4)).concatenate(batch((2, 10), (2, 5)))

    assert input_speed.measure_useful_pixels(batches) == (100 + 20 + 10) / (200 + 20)


def test_images_as_they_come_are_padded_to_the_largest_of_their_batch(tmp_path):
    source = source_of(tmp_path, (20, 40), (40, 20), (30, 30))

    useful = input_speed.measure_useful_pixels_unsorted(source, 2)

    assert useful == pytest.approx((800 + 800 + 900) / (2 * 40 * 40 + 900))


def test_images_as_they_come_keep_their_own_size(tmp_path):
    source = source_of(tmp_path, (100, 100), (25, 25))

    useful = input_speed.measure_useful_pixels_unsorted(source, 2)

    assert useful == pytest.approx((100**2 + 25**2) / (2 * 100**2))


def test_evaluation_and_bare_decoding_see_each_image_once(source):
    batches = input_speed.consume(input_speed.read_evaluation(source), input_speed.count_batch)
    images = input_speed.consume(input_speed.read_bare_images(source), input_speed.count_one)

    assert batches.items == images.items == COUNT


def test_an_epoch_of_training_sees_about_as_many_images_as_there_are(source):
    epoch = input_speed.consume(input_speed.read_training_epoch(source), input_speed.count_batch)

    assert epoch.items == COUNT


def test_evaluation_gives_the_batches_that_the_trainer_evaluates(source):
    measured = list(input_speed.read_evaluation(source).as_numpy_iterator())
    trained = input_speed.input_pipeline.read_evaluation(
        source.files, source.labels, source.experiment
    )

    for (inputs, _), (expected, _) in zip(measured, trained.as_numpy_iterator(), strict=True):
        np.testing.assert_array_equal(inputs["image"], expected["image"])


def test_few_records_are_read_several_times(source):
    repeated = input_speed.repeat(source, at_least=50)

    pass_ = input_speed.consume(input_speed.read_bare_images(repeated), input_speed.count_one)
    assert pass_.items == 3 * COUNT


def test_every_pipeline_is_timed_with_bare_decoding_in_every_round_but_the_warm_up(source):
    rounds = list(input_speed.compare(source, 2))

    names = (input_speed.EVALUATION, input_speed.FIRST_EPOCH, input_speed.LATER_EPOCHS)
    assert [tuple(pairs) for pairs in rounds] == [names, names]
    laps = [lap for pairs in rounds for pair in pairs.values() for lap in pair]
    assert {lap.items for lap in laps} == {COUNT}
    assert all(lap.seconds > 0 and lap.cpu_seconds > 0 for lap in laps)
