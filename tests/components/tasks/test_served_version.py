"""A served segmenter or localizer as the baseline of another run."""

from __future__ import annotations

import pytest
import tensorflow as tf

from components.errors import DataError
from components.tasks.served_version import ServedVersion
from tests.fakes import tiny, tiny_boxes, tiny_masks
from trainer.export import saved_model
from trainer.export.segmenter import Segmenter


def test_a_served_segmenter_answers_by_the_runs_size_buckets(tmp_path):
    saved_model.save_module(tiny_masks.segmenter(), str(tmp_path))
    run = Segmenter(tiny_masks.by_colour, tiny_masks.CLASSES, (1.0, 2.0), tiny.LIMITS)
    served = ServedVersion(str(tmp_path), run)
    rows = tf.constant([tiny_masks.record(0)])

    found = served.answer_examples(rows)["mask_bytes"].numpy()
    assert found == run.answer_examples(rows)["mask_bytes"].numpy()
    assert served.trace_signatures()["transform_features"](rows)["size_bucket"].numpy() == [2]


def test_a_served_localizer_answers_with_its_boxes(tmp_path):
    saved_model.save_module(tiny_boxes.localizer(), str(tmp_path))
    served = ServedVersion(str(tmp_path), tiny_boxes.localizer(tiny_boxes.find_all))
    rows = tf.constant([tiny_boxes.record(0)])

    localizer = tiny_boxes.localizer()
    expected = localizer.answer_examples(rows)["boxes"].numpy()
    assert (served.answer_examples(rows)["boxes"].numpy() == expected).all()


def test_a_served_segmenter_of_other_classes_is_refused(tmp_path):
    saved_model.save_module(tiny_masks.segmenter(), str(tmp_path))
    run = Segmenter(tiny_masks.by_colour, ("red", "green"), (), tiny.LIMITS)

    with pytest.raises(DataError) as raised:
        ServedVersion(str(tmp_path), run)

    assert raised.value.reason == "served_classes_differ"
    assert "['red', 'green']" in str(raised.value)
