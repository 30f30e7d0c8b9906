"""Rows and columns become inputs, and outputs become rows and columns."""

import json

import numpy as np
import pytest

from serving.server.request_errors import BadInput
from serving.server.rest.predict_json import InputType, read_predict, write_predict

NUMBER, TEXT = InputType("int32"), InputType("string")
TYPES = {
    "serving_default": {"x": NUMBER},
    "two": {"a": NUMBER, "b": NUMBER},
    "optional": {"x": NUMBER, "scale": InputType("int32", required=False)},
    "text": {"image_bytes": TEXT},
}


def read(body):
    return read_predict(json.dumps(body).encode(), TYPES)


def listed(arrays):
    return {name: array.tolist() for name, array in arrays.items()}


@pytest.mark.parametrize(
    ("body", "inputs"),
    [
        ({"instances": [1, 2]}, {"x": [1, 2]}),
        ({"instances": [{"x": [1]}, {"x": [2]}]}, {"x": [[1], [2]]}),
        ({"inputs": 1}, {"x": 1}),
        ({"inputs": {"x": [1]}}, {"x": [1]}),
        ({"inputs": {"x": [1], "more": 2}}, {"x": [1]}),
        ({"signature_name": "two", "inputs": {"a": 1, "b": 2}}, {"a": 1, "b": 2}),
        ({"signature_name": "optional", "instances": [1]}, {"x": [1]}),
        ({"signature_name": "optional", "inputs": {"x": 1, "scale": 2}}, {"x": 1, "scale": 2}),
        ({"signature_name": "text", "inputs": {"b64": "eA=="}}, {"image_bytes": b"x"}),
        ({"signature_name": "text", "instances": [{"b64": "eA"}]}, {"image_bytes": [b"x"]}),
        ({"signature_name": "text", "instances": [{"image_bytes": "y"}]}, {"image_bytes": [b"y"]}),
    ],
)
def test_a_body_has_inputs_by_rows_or_by_columns(body, inputs):
    found = read(body)

    assert found.by_rows == ("instances" in body)
    assert listed(found.inputs) == inputs


ROW = "Failed to process element: "
TWO = {"signature_name": "two"}


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({}, "Missing 'inputs' or 'instances' key"),
        ({"signature_name": "no", "inputs": 1}, '"no" not found in signature def'),
        ({"signature_name": 3}, "'signature_name' key must be a string value."),
        ({"inputs": 1, "instances": [1]}, "only one of 'inputs' or 'instances' keys to exist"),
        ({"instances": 1}, "Expecting 'instances' to be an list/array"),
        ({"instances": []}, "No values in 'instances' array"),
        ({"instances": [{"x": 1}, 2]}, "Expecting object but got list at item 1 of input list"),
        ({"instances": [2, {"x": 1}]}, "Expecting value/list but got object at item 1 of input"),
        ({"instances": [{"y": 1}]}, f"{ROW}0 key: y of 'instances' list. Error: INVALID_ARG"),
        ({"instances": [1, "2"]}, f"{ROW}1 key: x of 'instances' list. Error: INVALID_ARGUMENT"),
        ({"instances": [[1], [2, 3]]}, "Expecting tensor size: 1 but got: 2"),
        ({"instances": [[1, 2], [[3, 4]]]}, "Expecting shape [2] but got: [1,2]"),
        ({**TWO, "instances": [1]}, "instances is a plain list, but expecting list of objects"),
        ({**TWO, "instances": [{"a": 1}]}, "keys must be equal to: a,b"),
        ({**TWO, "inputs": [1]}, "inputs is a plain value/list, but expecting an object"),
        ({**TWO, "inputs": {"a": 1}}, "Missing named input: b in 'inputs' object."),
    ],
)
def test_a_wrong_body_is_refused_in_tf_servings_words(body, problem):
    with pytest.raises(BadInput) as refused:
        read(body)

    assert problem in str(refused.value)


def write(outputs, *, by_rows):
    return write_predict({k: np.array(v) for k, v in outputs.items()}, by_rows).decode()


def test_a_single_output_has_no_name():
    assert write({"y": [1, 2]}, by_rows=True) == '{"predictions":[1,2]}'
    assert write({"y": [1, 2]}, by_rows=False) == '{"outputs":[1,2]}'


def test_several_outputs_have_names_in_each_row():
    outputs = {"a": [1, 2], "b": [[True], [False]]}

    rows = '{"predictions":[{"a":1,"b":[true]},{"a":2,"b":[false]}]}'
    assert write(outputs, by_rows=True) == rows
    assert write(outputs, by_rows=False) == '{"outputs":{"a":[1,2],"b":[[true],[false]]}}'


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_floats_have_the_digits_of_their_type(dtype):
    outputs = {"y": np.array([0.1, 2.0], dtype)}

    assert write_predict(outputs, by_rows=True) == b'{"predictions":[0.1,2.0]}'


def test_nan_and_infinity_are_written_as_such():
    outputs = {"y": np.array([0.1, np.nan, np.inf, -np.inf], "float32"), "n": np.arange(4)}

    written = write_predict(outputs, by_rows=False).decode()
    assert written == '{"outputs":{"y":[0.1,NaN,Infinity,-Infinity],"n":[0,1,2,3]}}'


def test_bytes_are_base64_if_the_name_ends_so_and_text_otherwise():
    values = np.array([b"\xff"], object)

    assert write({"mask_bytes": values}, by_rows=True) == '{"predictions":[{"b64":"/w=="}]}'
    assert json.loads(write({"label": values}, by_rows=True)) == {"predictions": ["\ufffd"]}


@pytest.mark.parametrize(
    ("outputs", "problem"),
    [
        ({}, "empty tensor map"),
        ({"y": 1.0}, "Tensor name: y has no shape information"),
        ({"a": [1, 2], "b": [1]}, "Tensor name: b has inconsistent batch size: 1 expecting: 2"),
        ({"y": np.zeros(1, "complex64")}, "Failed to write JSON value for tensor type"),
    ],
)
def test_outputs_that_are_no_rows_are_refused(outputs, problem):
    with pytest.raises(BadInput, match=problem):
        write(outputs, by_rows=True)
