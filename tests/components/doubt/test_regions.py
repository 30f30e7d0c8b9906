"""Doubts about masks: the regions that a sure segmenter contradicts."""

from __future__ import annotations

import numpy as np
import pytest

from components.doubt import regions
from components.doubt.regions import Segmenter
from tests.fakes import tiny, tiny_masks
from trainer.data import records


def make_sure(classes: np.ndarray, confidence: float = 0.98) -> np.ndarray:
    """Probabilities [H, W, 3] of these classes [H, W]."""
    rest = (1 - confidence) / 2
    return np.where(np.eye(3, dtype=bool)[classes], confidence, rest).astype(np.float32)


@pytest.fixture
def truth():
    mask = np.zeros((40, 50), np.uint8)
    mask[5:15, 10:30] = 1
    return mask


def test_a_region_has_its_classes_its_place_and_its_share(truth):
    mask = np.zeros_like(truth)

    (found,) = regions.find_regions(make_sure(truth), mask)

    assert (found.given, found.likely) == (0, 1)
    assert found.area == pytest.approx(200 / 2000)
    assert found.confidence == pytest.approx(0.98)
    assert found.given_confidence == pytest.approx(0.01)
    assert found.box == pytest.approx((5 / 40, 10 / 50, 15 / 40, 30 / 50))


def test_a_mask_that_agrees_has_no_region(truth):
    assert regions.find_regions(make_sure(truth), truth) == []


def test_an_unsure_segmenter_contradicts_nothing(truth):
    assert regions.find_regions(make_sure(truth, 0.8), np.zeros_like(truth)) == []


def test_pixels_that_do_not_count_are_never_wrong(truth):
    ignored = np.full_like(truth, records.IGNORED)

    assert regions.find_regions(make_sure(truth), ignored) == []


def test_separate_regions_and_classes_are_apart_and_the_worst_is_first(truth):
    mask = truth.copy()
    mask[20:24, 0:10] = 2
    mask[30:40, 0:50] = 1
    mask[0, 0] = 1  # Smaller than LEAST.

    found = regions.find_regions(make_sure(truth), mask)

    assert [(region.given, region.likely) for region in found] == [(1, 0), (2, 0)]


@pytest.fixture
def segmenter():
    """Its scores are an image's own colours, far apart."""

    def score(inputs, training):
        return inputs["image"] / 8.0

    return Segmenter(score, tiny.LIMITS, tiny_masks.CLASSES)


def test_recorded_masks_are_judged_and_the_worst_are_kept(tmp_path, segmenter):
    examples = tiny_masks.examples(tmp_path).uri

    found = regions.list_doubts(regions.judge_all(examples, segmenter), "colours", most=3)

    assert found.images == 3 * len(tiny_masks.SIZES)
    assert len(found.doubts) == min(3, found.doubted) == 3
    assert found.doubts[0].likely in tiny_masks.CLASSES
    assert all(each.given != each.likely for each in found.doubts)
    assert [len(each.pictures) for each in found.doubts] == [2, 2, 2]
    assert found.classes == ()
