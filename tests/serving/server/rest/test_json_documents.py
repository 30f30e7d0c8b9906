"""Bodies are read as RapidJSON reads them."""

import math

import pytest

from serving.server.request_errors import BadInput
from serving.server.rest.json_documents import QUOTED, parse_object, quote


def test_nan_and_infinity_are_numbers():
    values = parse_object(b'{"x": [NaN, Infinity, -Infinity]}')["x"]

    assert math.isnan(values[0])
    assert values[1:] == [math.inf, -math.inf]


def test_what_follows_the_document_is_ignored():
    assert parse_object(b' {"x": 1} and more') == {"x": 1}


def test_an_integer_over_64_bits_is_a_float():
    assert parse_object(b'{"x": NaN, "y": %d, "z": %d}' % (2**64, 2**64 - 1))["y"] == 2.0**64


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (b"", "The document is empty"),
        (b"{", "Missing a name for object member. at offset: 1"),
        (b'{"x"}', "Missing a colon after a name of object member. at offset: 4"),
        (b"[1", "Missing a comma or a closing bracket after an element. at offset: 2"),
        (b'{"x": z}', "Invalid value. at offset: 6"),
        (b'{"x": "', "Missing a closing quotation mark in string. at offset: 6"),
        (b'{"x": "\\q"}', "Invalid escape character in string. at offset: 7"),
        (b'{"x": "\xff"}', "Invalid encoding in string. at offset: 7"),
        (b"[" * 100_000, "Arrays and objects are nested too deeply. at offset: 0"),
    ],
)
def test_what_is_not_json_is_refused_with_the_offset(text, problem):
    with pytest.raises(BadInput) as refused:
        parse_object(text)

    assert str(refused.value) == f"JSON Parse error: {problem}"


@pytest.mark.parametrize("text", ["[1]", "3", '"text"', "null", "true"])
def test_what_is_not_an_object_is_refused(text):
    with pytest.raises(BadInput) as refused:
        parse_object(text.encode())

    assert str(refused.value) == f"JSON Value: {text} Is not object"


def test_a_value_is_quoted_as_tf_serving_prints_it():
    assert quote({"a": [1, 2.5], "b": {}}) == '{\n    "a": [1, 2.5],\n    "b": {}\n}'


@pytest.mark.parametrize("value", [[0] * 1_000_000, "x" * 1_000_000, {"x": ["y" * 999] * 999}])
def test_of_a_large_value_only_the_beginning_is_quoted(value):
    assert len(quote(value)) == QUOTED
