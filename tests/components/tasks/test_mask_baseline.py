"""A served segmenter as the baseline of another run."""

from __future__ import annotations

import pytest
import tensorflow as tf

from components.errors import DataError
from components.tasks.mask_baseline import ServedSegmenter
from tests.fakes import tiny, tiny_masks
from trainer.export import saved_model
from trainer.export.segmenter import Segmenter


def test_a_served_segmenter_answers_by_the_runs_size_buckets(tmp_path):
    saved_model.save_module(tiny_masks.segmenter(), str(tmp_path))
    run = Segmenter(tiny_masks.by_colour, tiny_masks.CLASSES, (1.0, 2.0), tiny.LIMITS)
    served = ServedSegmenter(str(tmp_path), run)
    rows = tf.constant([tiny_masks.record(0)])

    found = served.segment_examples(rows)["mask_bytes"].numpy()
    assert found == run.answer_examples(rows)["mask_bytes"].numpy()
    assert served.trace_signatures()["transform_features"](rows)["size_bucket"].numpy() == [2]


def test_a_served_segmenter_of_other_classes_is_refused(tmp_path):
    saved_model.save_module(tiny_masks.segmenter(), str(tmp_path))
    run = Segmenter(tiny_masks.by_colour, ("red", "green"), (), tiny.LIMITS)

    with pytest.raises(DataError) as raised:
        ServedSegmenter(str(tmp_path), run)

    assert raised.value.reason == "served_classes_differ"
    assert "['red', 'green']" in str(raised.value)
