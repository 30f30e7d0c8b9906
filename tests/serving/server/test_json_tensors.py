"""JSON to arrays and back, by the types of a signature."""

import numpy as np
import pytest
import tensorflow as tf

from serving.server import json_tensors
from serving.server.request_errors import BadInput, InvalidTensor


class Signature:
    """The inputs of a signature, all of them required."""

    def __init__(self, **dtypes):
        self.inputs = {name: tf.TensorSpec(None, dtype) for name, dtype in dtypes.items()}
        self.required = sorted(self.inputs)


def read(value, dtype):
    return json_tensors.read_inputs({"inputs": {"x": value}}, Signature(x=dtype))["x"]


@pytest.mark.parametrize(
    ("value", "dtype"),
    [
        ([1, 2.5], tf.float32),
        ([1, 2], tf.float64),
        ([255], tf.uint8),
        ([[1], [2]], tf.int64),
        ([True, False], tf.bool),
        ([], tf.float32),
        (7, tf.int32),
    ],
)
def test_numbers_get_the_type_of_the_signature(value, dtype):
    array = read(value, dtype)

    assert array.dtype == dtype.as_numpy_dtype
    assert array.tolist() == value


@pytest.mark.parametrize(
    ("value", "dtype"),
    [
        ([1.5], tf.int32),
        ([256], tf.uint8),
        ([-1], tf.uint8),
        (["1"], tf.float32),
        ([True], tf.float32),
        ([1], tf.bool),
        ([None], tf.float32),
        ([[1], [2, 3]], tf.float32),
        ([2**70], tf.int64),
        ([{"b64": "AA=="}], tf.float32),
        ([1], tf.string),
        ([["a"], "a"], tf.string),
    ],
)
def test_values_that_the_type_would_change_are_refused(value, dtype):
    with pytest.raises(InvalidTensor) as refused:
        read(value, dtype)

    assert refused.value.name == "x"


def test_several_inputs_must_be_named():
    with pytest.raises(BadInput, match=r"\['a', 'b'\]"):
        json_tensors.read_inputs({"instances": [1]}, Signature(a=tf.int32, b=tf.int32))


def test_rows_become_columns_and_columns_rows():
    body = {"instances": [{"a": 1, "b": [2, 3]}, {"a": 4, "b": [5, 6]}]}

    columns = json_tensors.read_inputs(body, Signature(a=tf.int32, b=tf.int32))

    assert {name: array.tolist() for name, array in columns.items()} == {
        "a": [1, 4],
        "b": [[2, 3], [5, 6]],
    }
    assert json_tensors.write_outputs(body, columns) == {"predictions": body["instances"]}


def test_text_that_is_not_utf_8_still_becomes_json():
    labels = np.array([b"caf\xe9"], dtype=object)

    assert json_tensors.write_outputs({"inputs": []}, {"label": labels}) == {
        "outputs": ["caf\ufffd"]
    }
