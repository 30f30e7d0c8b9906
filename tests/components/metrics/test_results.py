"""The gate's failures as sentences, and TFMA's values as numbers."""

import pytest
from google.protobuf import text_format
from tensorflow_model_analysis.proto import validation_result_pb2

from components.metrics import results

BELOW = """
  metric_key { name: "accuracy" }
  metric_value { double_value { value: 0.25 } }
  metric_threshold { value_threshold { lower_bound { value: 0.4 } } }
"""
DROPPED = """
  metric_key { name: "accuracy" is_diff: true }
  metric_value { double_value { value: -0.125 } }
  metric_threshold { change_threshold { absolute { value: -0.03 } } }
"""


@pytest.mark.parametrize(
    ("failure", "sentence"),
    [
        pytest.param(
            BELOW, "accuracy on roses is 0.250; the gate requires at least 0.4.", id="value"
        ),
        pytest.param(
            DROPPED,
            "accuracy on roses is 0.125 below the baseline's; at most 0.030 is allowed.",
            id="change",
        ),
    ],
)
def test_a_failed_threshold_is_a_sentence(failure, sentence):
    parsed = text_format.Parse(failure, validation_result_pb2.ValidationFailure())

    assert results.describe_failure("roses", parsed) == sentence


@pytest.mark.parametrize(
    ("value", "number"),
    [
        pytest.param({"doubleValue": 0.5}, 0.5, id="number"),
        pytest.param({"doubleValue": "NaN"}, None, id="nan"),
        pytest.param({"arrayValue": {}}, None, id="no-number"),
    ],
)
def test_a_value_of_tfma_is_a_number_or_none(value, number):
    assert results.to_number(value) == number


WHOLE = {"example_count": 4.0, "mean_iou": 0.5, "mean_iou_diff": 0.1, "pixel_accuracy": None}
PUGS = {"example_count": 1.0, "mean_iou": 0.25, "mean_iou_diff": 0.0}
OF_MASKS = {
    (): {"": WHOLE, "classId:0": {"iou": 0.5}, "classId:1": {"iou": None}},
    (("image/class/text", "pug"),): {"": PUGS},
    (("size_bucket", 0),): {"": {"example_count": 3.0, "mean_iou": None}},
}


def test_overall_metrics_are_numbers_without_counts_and_differences():
    assert results.select_overall(OF_MASKS) == {"mean_iou": 0.5}


def test_a_class_of_masks_has_an_intersection_over_union():
    rows = results.tabulate_classes(OF_MASKS, ["pet", "border"], results.make_iou_row)

    assert rows == {"pet": {"iou": 0.5}, "border": {"iou": None}}


def test_a_slice_has_a_readable_name_and_no_differences_to_the_baseline():
    assert results.tabulate_slices(OF_MASKS) == {
        "label pug": {"images": 1.0, "mean_iou": 0.25},
        "size bucket 0": {"images": 3.0, "mean_iou": None},
    }


def test_a_class_without_test_images_has_a_row():
    found = {(): {"": {"accuracy": 0.5}, "classId:0": {"precision": None, "recall": None}}}

    (row,) = results.tabulate_classes(found, ["rose"], results.make_class_row).values()

    assert row == {"images": 0.0, "accuracy": None, "precision": None, "recall": None}
