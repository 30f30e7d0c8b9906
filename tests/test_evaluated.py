"""The gate's verdict in sentences, and TFMA's values as numbers."""

import pytest
from google.protobuf import text_format
from tensorflow_model_analysis.proto import validation_result_pb2

from components import evaluated

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
    ("failure", "said"),
    [
        pytest.param(BELOW, "accuracy on roses is 0.250; the gate asks for 0.4.", id="value"),
        pytest.param(
            DROPPED,
            "accuracy on roses lies 0.125 below the baseline's; at most 0.030 is allowed.",
            id="change",
        ),
    ],
)
def test_a_failed_threshold_is_a_sentence(failure, said):
    parsed = text_format.Parse(failure, validation_result_pb2.ValidationFailure())

    assert evaluated.sentence("roses", parsed) == said


@pytest.mark.parametrize(
    ("value", "number"),
    [
        pytest.param({"doubleValue": 0.5}, 0.5, id="number"),
        pytest.param({"doubleValue": "NaN"}, None, id="nan"),
        pytest.param({"arrayValue": {}}, None, id="no-number"),
    ],
)
def test_a_value_of_tfma_is_a_number_or_nothing(value, number):
    assert evaluated.number(value) == number
