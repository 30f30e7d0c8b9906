"""JSON values become arrays of the signature's types, or TF Serving's errors."""

import tracemalloc

import numpy as np
import pytest
from grpc import StatusCode

from serving.server.request_errors import BadInput, RequestError
from serving.server.rest.json_tensors import read_tensor


@pytest.mark.parametrize(
    ("value", "dtype", "numpy_dtype"),
    [
        ([1, 2.5], "float", "float32"),
        ([1, 2], "double", "float64"),
        ([255], "uint8", "uint8"),
        ([[1], [2]], "int64", "int64"),
        ([2**64 - 1], "uint64", "uint64"),
        ([True, False], "bool", "bool"),
        ([], "float", "float32"),
        ([[], []], "float", "float32"),
        (7, "int32", "int32"),
    ],
)
def test_numbers_get_the_type_of_the_signature(value, dtype, numpy_dtype):
    array = read_tensor(value, dtype)

    assert array.dtype == numpy_dtype
    assert array.tolist() == value


def test_a_number_over_the_range_of_float_is_infinity():
    assert read_tensor([1e39], "float").tolist() == [np.inf]


@pytest.mark.parametrize(
    ("value", "dtype", "problem"),
    [
        ([1.5], "int32", "JSON Value: 1.5 Type: Number is not of expected type: int32"),
        ([2**31], "int32", "JSON Value: 2147483648 Type: Number is not of expected type: int32"),
        ([2**70], "int64", f"JSON Value: {2**70} Type: Number is not of expected type: int64"),
        ([-1], "uint8", "JSON Value: -1 Type: Number is not of expected type: uint8"),
        (["1"], "float", 'JSON Value: "1" Type: String is not of expected type: float'),
        ([True], "float", "JSON Value: true Type: True is not of expected type: float"),
        ([1], "bool", "JSON Value: 1 Type: Number is not of expected type: bool"),
        ([None], "float", "JSON Value: null Type: Null is not of expected type: float"),
        ([1], "string", "JSON Value: 1 Type: Number is not of expected type: string"),
        (
            [[1], [2, 3]],
            "float",
            "Encountered list at unexpected size: 2 at level: 1 expected size: 1",
        ),
        ([1, [2]], "float", "Encountered list at unexpected level: 1 expected < 1"),
        (
            [["a"], "a"],
            "string",
            'JSON Value: "a" found at incorrect level: 2 in the JSON DOM. Expected at level: 2',
        ),
        ([{"b64": "?"}], "string", "Unable to base64 decode"),
        (["\ud800"], "string", "The surrogate pair in string is invalid."),
    ],
)
def test_a_value_that_does_not_fit_is_refused_in_tf_servings_words(value, dtype, problem):
    with pytest.raises(BadInput) as refused:
        read_tensor(value, dtype)

    assert str(refused.value) == problem


def test_a_type_that_json_has_not_is_unimplemented():
    with pytest.raises(RequestError) as refused:
        read_tensor([1.0], "half")

    assert refused.value.code is StatusCode.UNIMPLEMENTED


def test_an_array_of_too_many_dimensions_is_refused():
    value = 1
    for _ in range(500):
        value = [value]

    with pytest.raises(BadInput, match="500 dimensions"):
        read_tensor(value, "float")


@pytest.mark.parametrize(
    ("text", "decoded"),
    [
        ("/9j/4A==", b"\xff\xd8\xff\xe0"),
        ("/9j/\n4A==\r\n", b"\xff\xd8\xff\xe0"),
        ("/9j/4A", b"\xff\xd8\xff\xe0"),
        ("/9j/4A..", b"\xff\xd8\xff\xe0"),
        ("", b""),
    ],
)
def test_base64_may_have_line_breaks_and_no_padding(text, decoded):
    assert read_tensor([{"b64": text}], "string").tolist() == [decoded]


@pytest.mark.parametrize("text", ["A", "AA=", "AAA==", "A?AA", "=", "AA==AA==", "é"])
def test_what_is_not_base64_is_refused(text):
    with pytest.raises(BadInput, match="Unable to base64 decode"):
        read_tensor({"b64": text}, "string")


def test_a_short_string_takes_no_more_memory_next_to_a_long_one():
    strings = ["x" * 10_000_000, *["y"] * 1000]
    tracemalloc.start()
    try:
        array = read_tensor(strings, "string")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert array[1] == b"y"
    assert peak < 50_000_000
