"""The metrics as TFMA computes them on random masks, compared with scikit-learn."""

from __future__ import annotations

import math

import apache_beam as beam
import numpy as np
import pytest
import tensorflow_model_analysis as tfma
from sklearn.metrics import confusion_matrix, jaccard_score

from components.metrics import results
from components.metrics.masks import (
    IOU,
    MEAN_IOU,
    PIXEL_ACCURACY,
    PREDICTION,
    ClassIoU,
    MeanIoU,
    PixelAccuracy,
    UnionIoU,
)
from pipeline.tasks.metric_config import configure_metric
from tests.fakes import tiny
from tests.fakes.ingested import in_process
from trainer.data.records import IGNORED, MASK

CLASSES = 4  # The last has no pixels and is never predicted.
SIZES = ((1, 1), (1, 30), (30, 1), (7, 5), (12, 9), (20, 31))
SIDES = ("small", "small", "small", "small", "large", "large")
UNIONS = {"one_iou": [1], "two_iou": [0, 2], "absent_iou": [3]}
NOWHERE = (9, 8)  # The size of a mask whose pixels are all ignored.


def pair(seed, size):
    """A truth and a prediction that agree on about half of the pixels; some are ignored."""
    random = np.random.default_rng(seed)
    answer = random.integers(0, CLASSES - 1, size).astype(np.uint8)
    other = random.integers(0, CLASSES - 1, size).astype(np.uint8)
    truth = np.where(random.random(size) < 0.5, answer, other)
    truth[random.random(size) < 0.2] = IGNORED
    return truth, answer


PAIRS = [pair(seed, size) for seed, size in enumerate(SIZES)]
SLICES = {
    "overall": ((), range(len(SIZES))),
    "small": ((("side", "small"),), range(4)),
    "large": ((("side", "large"),), range(4, 6)),
}


def extracts(truth, answer, side):
    """One example as TFMA's extractors output it."""
    fields = {MASK: np.array([tiny.png(truth)]), "side": np.array([side])}
    return {"features": fields, "predictions": {PREDICTION: np.array([tiny.png(answer)])}}


def evaluate(folder, rows):
    """TFMA's metrics of the rows by slice, read like those of a run."""
    kinds = {IOU: ClassIoU, MEAN_IOU: MeanIoU, PIXEL_ACCURACY: PixelAccuracy}
    metrics = [configure_metric(kind, name, num_classes=CLASSES) for name, kind in kinds.items()]
    metrics += [configure_metric(UnionIoU, name, union=ids) for name, ids in UNIONS.items()]
    config = tfma.EvalConfig(
        model_specs=[tfma.ModelSpec()],
        slicing_specs=[tfma.SlicingSpec(), tfma.SlicingSpec(feature_keys=["side"])],
        metrics_specs=[tfma.MetricsSpec(metrics=metrics)],
    )
    evaluators = tfma.default_evaluators(eval_config=config)
    extractors = tfma.default_extractors(eval_config=config)
    with in_process() as pipeline:
        found = (
            pipeline
            | beam.Create(rows)
            | tfma.ExtractAndEvaluate(extractors=extractors, evaluators=evaluators)
        )
        writers = tfma.default_writers(output_path=str(folder), eval_config=config)
        _ = found | tfma.WriteResults(writers=writers)
    return results.read_slices(str(folder), "")


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    rows = [extracts(*PAIRS[n], SIDES[n]) for n in range(len(SIZES))]
    nowhere = np.full(NOWHERE, IGNORED, np.uint8), np.zeros(NOWHERE, np.uint8)
    return evaluate(tmp_path_factory.mktemp("measured"), [*rows, extracts(*nowhere, "nowhere")])


def counted(numbers):
    """Truth and prediction of the pixels that are not ignored, in a row."""
    truths = np.concatenate([PAIRS[n][0].ravel() for n in numbers])
    answers = np.concatenate([PAIRS[n][1].ravel() for n in numbers])
    return truths[truths != IGNORED], answers[truths != IGNORED]


@pytest.mark.parametrize("name", SLICES)
def test_intersection_over_union_is_that_of_scikit_learn(measured, name):
    key, numbers = SLICES[name]
    expected = jaccard_score(*counted(numbers), labels=range(CLASSES - 1), average=None)

    found = [measured[key][f"classId:{n}"][IOU] for n in range(CLASSES - 1)]

    assert found == pytest.approx(expected, abs=1e-9)
    assert measured[key][""][MEAN_IOU] == pytest.approx(expected.mean(), abs=1e-9)


@pytest.mark.parametrize("name", SLICES)
def test_pixel_accuracy_is_that_of_scikit_learns_confusion_matrix(measured, name):
    key, numbers = SLICES[name]
    cells = confusion_matrix(*counted(numbers), labels=range(CLASSES))

    assert measured[key][""][PIXEL_ACCURACY] == pytest.approx(np.trace(cells) / cells.sum())


@pytest.mark.parametrize("metric", ["one_iou", "two_iou"])
@pytest.mark.parametrize("name", SLICES)
def test_a_unions_iou_is_that_of_scikit_learn_on_its_pixels_against_all_others(
    measured, name, metric
):
    key, numbers = SLICES[name]
    truth, answer = (np.isin(ids, UNIONS[metric]) for ids in counted(numbers))

    assert measured[key][""][metric] == pytest.approx(jaccard_score(truth, answer), abs=1e-9)


def test_a_union_of_one_class_has_the_iou_of_that_class(measured):
    assert measured[()][""]["one_iou"] == measured[()]["classId:1"][IOU]


def test_a_union_without_pixels_has_no_value(measured):
    assert measured[()][""]["absent_iou"] is None


def test_a_class_without_pixels_has_no_value_and_is_not_part_of_the_mean(measured):
    there = [measured[()][f"classId:{n}"][IOU] for n in range(CLASSES - 1)]

    assert measured[()][f"classId:{CLASSES - 1}"][IOU] is None
    assert measured[()][""][MEAN_IOU] == pytest.approx(np.mean(there))


def test_masks_with_only_ignored_pixels_have_no_value(measured):
    nowhere = measured[(("side", "nowhere"),)]

    assert (nowhere[""][MEAN_IOU], nowhere[""][PIXEL_ACCURACY]) == (None, None)
    assert [nowhere[f"classId:{n}"][IOU] for n in range(CLASSES)] == [None] * CLASSES


@pytest.mark.parametrize("kind", [ClassIoU, MeanIoU, PixelAccuracy])
def test_counts_of_several_workers_add_up(kind):
    counting, derived = kind(CLASSES).computations(model_names=[""], output_names=[""])
    combiner = counting.combiner

    parts = [accumulated(combiner, PAIRS[:1]), accumulated(combiner, PAIRS[1:4])]
    merged = combiner.merge_accumulators([*parts, accumulated(combiner, PAIRS[4:])])

    whole = values(combiner, derived, accumulated(combiner, PAIRS))
    assert values(combiner, derived, merged) == pytest.approx(whole, nan_ok=True)
    assert not all(map(math.isnan, whole))


def accumulated(combiner, pairs):
    accumulator = combiner.create_accumulator()
    for truth, answer in pairs:
        inputs = tfma.metrics.StandardMetricInputs(labels=truth, predictions=answer)
        accumulator = combiner.add_input(accumulator, inputs)
    return accumulator


def values(combiner, derived, accumulator):
    return list(derived.result(combiner.extract_output(accumulator)).values())
