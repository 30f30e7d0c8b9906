"""Examples of `:classify` and `:regress`."""

import json

import pytest

from serving.server.request_errors import BadInput
from serving.server.rest import example_json


def read(body):
    return example_json.read_examples(json.dumps(body).encode())


@pytest.mark.parametrize(
    ("content", "feature"),
    [
        (2.0, ("float_list", [2.0])),
        ([1, True], ("int64_list", [1, 1])),
        (["a", {"b64": "/w=="}], ("bytes_list", [b"a", b"\xff"])),
        ([], ("", [])),
    ],
)
def test_the_values_decide_the_kind_of_a_feature(content, feature):
    body = read({"examples": [{"x": content}], "context": {"y": 1}, "signature_name": "s"})

    assert body.signature_name == "s"
    assert body.examples == [{"x": feature}]
    assert body.context == {"y": ("int64_list", [1])}


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({}, "key 'examples' is expected and was not found"),
        ({"examples": {}}, "Expecting 'examples' value to be an list/array"),
        ({"examples": []}, "'examples' value is an empty array"),
        ({"examples": [1]}, "Example must be JSON object but got JSON Number"),
        ({"examples": [{"x": None}]}, "Feature: x has element with unexpected JSON type: Null"),
        ({"examples": [{"x": [[1]]}]}, "Feature: x has element with unexpected JSON type: Array"),
        ({"examples": [{"x": {"b": 1}}]}, "has element with unexpected JSON type: Object"),
        ({"examples": [{"x": [1, 2.5]}]}, "element type in feature: x expecting type: int64"),
        ({"examples": [{"x": 2**63}]}, "has uint64_t element. Only int64_t is supported."),
        ({"examples": [{}], "context": 1}, "Example must be JSON object but got JSON Number"),
    ],
)
def test_a_wrong_body_is_refused_in_tf_servings_words(body, problem):
    with pytest.raises(BadInput) as refused:
        read(body)

    assert problem in str(refused.value)


def test_results_are_written_as_lists():
    classes = example_json.write_classifications([[(b"a", 0.1), (b"", 3.0)]])

    assert classes == b'{"results":[[["a",0.1],["",3.0]]]}'
    assert example_json.write_regressions([0.1, 3.0]) == b'{"results":[0.1,3.0]}'


def test_no_result_is_an_error():
    with pytest.raises(BadInput, match="empty ClassificationResults"):
        example_json.write_classifications([])
    with pytest.raises(BadInput, match="empty RegressionResults"):
        example_json.write_regressions([])
