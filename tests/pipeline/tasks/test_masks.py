"""The gate of a segmenter, with TFX's Evaluator on real models and masks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import tensorflow as tf
from sklearn.metrics import confusion_matrix
from tfx.components.util import model_utils

from components.metrics import results
from tests.fakes import report_inputs, tiny_masks
from tests.fakes.tiny_runs import examples_of
from trainer.config import Threshold
from trainer.data import records

NUMBERS = range(len(tiny_masks.SIZES))
BREEDS = ("Bengal", "pug")
SLICES = {
    "overall": ((), list(NUMBERS)),
    "cats": (((records.SPECIES, "cat"),), [0, 2, 4]),
    "pugs": (((records.LABEL_TEXT, "pug"),), [3, 5]),  # Number 1 has no breed.
    "small": ((("size_bucket", 0),), [0, 1, 2]),
}
ONE_PIXEL = (1, 1)


def always_green(pixels, _):
    return pixels * 0 + [0.0, 1.0, 0.0]


def invert(pixels, _):
    """The scores of each pixel's weakest colour."""
    return -pixels


def evaluate(folder, *gate, model=tiny_masks.by_colour, baseline=always_green, rows=None):
    """Runs the Evaluator as the graph does: whether it blessed the model, and its output."""
    experiment = replace(tiny_masks.EXPERIMENT, gate=gate)
    models = [tiny_masks.model_of(folder, scores) for scores in (model, baseline)]
    examples = examples_of(folder, rows or [with_breed(n) for n in NUMBERS])
    blessing, evaluation = report_inputs.evaluate(folder, experiment, *models, examples)
    return model_utils.is_model_blessed(blessing), evaluation.uri


def with_breed(number):
    """A record with its breed; number 1 has none."""
    example = tf.train.Example.FromString(tiny_masks.record(number))
    if number != 1:
        breed = BREEDS[number % 2].encode()
        example.features.feature[records.LABEL_TEXT].bytes_list.value.append(breed)
    return example.SerializeToString()


def without_species(number, size=None):
    """A record as from the plain layout, with an image cut to this size."""
    example = tf.train.Example.FromString(tiny_masks.record(number))
    feature = example.features.feature
    del feature[records.SPECIES]
    if size is not None:
        image, mask = tiny_masks.image(number), tiny_masks.truth(number)
        height, width = size
        feature[records.ENCODED].bytes_list.value[0] = tiny_masks.tiny.png(image[:height, :width])
        feature[records.MASK].bytes_list.value[0] = tiny_masks.tiny.png(mask[:height, :width])
        feature[records.HEIGHT].int64_list.value[0] = height
        feature[records.WIDTH].int64_list.value[0] = width
    return example.SerializeToString()


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    passes = Threshold(metric="mean_iou", at_least=0.1, max_drop=0.0)
    return evaluate(tmp_path_factory.mktemp("evaluated"), passes)


def matrix(numbers):
    """scikit-learn's confusion matrix, without the ignored pixels."""
    truths = np.concatenate([tiny_masks.truth(n).ravel() for n in numbers])
    answers = np.concatenate([np.argmax(tiny_masks.image(n), -1).ravel() for n in numbers])
    counts = truths != records.IGNORED
    return confusion_matrix(truths[counts], answers[counts], labels=range(3))


def ious(cells):
    return np.diag(cells) / (cells.sum(0) + cells.sum(1) - np.diag(cells))


def warm_iou(cells):
    """Of red and green as one, whose confusions with each other count as hits."""
    return cells[:2, :2].sum() / (cells.sum() - cells[2, 2])


@pytest.mark.parametrize("name", SLICES)
def test_metrics_are_those_of_scikit_learn_on_the_images_own_pixels(measured, name):
    key, numbers = SLICES[name]
    found = results.read_slices(measured[1], results.CANDIDATE)[key]
    cells = matrix(numbers)

    assert found[""]["example_count"] == len(numbers)
    assert found[""]["mean_iou"] == pytest.approx(ious(cells).mean(), abs=1e-9)
    assert found[""]["pixel_accuracy"] == pytest.approx(np.trace(cells) / cells.sum(), abs=1e-9)
    assert found[""]["warm_iou"] == pytest.approx(warm_iou(cells), abs=1e-9)
    by_class = [found[f"classId:{n}"]["iou"] for n in range(3)]
    assert by_class == pytest.approx(ious(cells), abs=1e-9)


def test_the_baseline_is_measured_too(measured):
    found = results.select_overall(results.read_slices(measured[1], results.BASELINE))
    cells = matrix(NUMBERS)

    assert found["pixel_accuracy"] == pytest.approx(cells[1].sum() / cells.sum())


def test_a_model_that_passes_its_gate_is_blessed(measured):
    assert measured[0]
    assert results.list_gate_failures(measured[1]) == []


def test_slices_have_readable_names(measured):
    rows = results.tabulate_slices(results.read_slices(measured[1], results.CANDIDATE))

    assert list(rows) == [
        *(f"label {breed}" for breed in BREEDS),
        *(f"size bucket {n}" for n in (0, 1)),
        *(f"species {kind}" for kind in ("cat", "dog")),
    ]
    assert list(rows["species cat"]) == ["images", "mean_iou", "pixel_accuracy", "warm_iou"]
    assert rows["species cat"]["images"] == 3


def test_a_model_below_its_gate_or_its_baseline_is_not_blessed_for_each_reason(tmp_path):
    gate = (
        Threshold(metric="pixel_accuracy", at_least=0.9),
        Threshold(metric="mean_iou", at_least=0.0, max_drop=0.05),
        Threshold(metric="warm_iou", at_least=1.0),
    )

    blessed, uri = evaluate(tmp_path, *gate, model=invert, baseline=tiny_masks.by_colour)

    assert not blessed
    union, below, dropped = sorted(results.list_gate_failures(uri), reverse=True)
    assert union.startswith("warm_iou on all test images is 0.")
    assert below.startswith("pixel_accuracy on all test images is 0.")
    assert dropped.startswith("mean_iou on all test images is 0.")
    assert dropped.endswith("below the baseline's; at most 0.050 is allowed.")


def test_one_image_of_one_pixel_without_species_and_breed_is_evaluated(tmp_path):
    number = next(n for n in NUMBERS if tiny_masks.truth(n)[0, 0] != records.IGNORED)
    rows = [without_species(number, ONE_PIXEL)]

    _, uri = evaluate(tmp_path, Threshold(metric="mean_iou", at_least=0.0), rows=rows)

    found = results.read_slices(uri, results.CANDIDATE)
    right = tiny_masks.truth(number)[0, 0] == np.argmax(tiny_masks.image(number)[0, 0])
    assert found[()][""]["example_count"] == 1
    assert found[()][""]["pixel_accuracy"] == float(right)
    assert set(results.tabulate_slices(found)) == {"size bucket 0"}
