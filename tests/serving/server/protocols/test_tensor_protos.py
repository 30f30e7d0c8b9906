"""Tensors as messages: checked before memory is taken, written as TF Serving writes them."""

import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.framework import tensor_pb2

from serving.server.protocols import tensor_protos
from serving.server.request_errors import BadInput

ARRAYS = [
    pytest.param(np.array([[1.5, -2.0], [0.1, 3.0]], np.float32), "float_val", id="float32"),
    pytest.param(np.array(2.5, np.float64), "double_val", id="scalar"),
    pytest.param(np.array([1.5, 2.0], np.float16), "half_val", id="float16"),
    pytest.param(np.array([1, -2], np.int8), "int_val", id="int8"),
    pytest.param(np.array([2**40], np.int64), "int64_val", id="int64"),
    pytest.param(np.array([2**63], np.uint64), "uint64_val", id="uint64"),
    pytest.param(np.array([True, False]), "bool_val", id="bool"),
    pytest.param(np.array([1 + 2j], np.complex64), "scomplex_val", id="complex"),
    pytest.param(np.array([[b"a", b"\xff"]], object), "string_val", id="string"),
    pytest.param(np.zeros((0, 3), np.float32), "float_val", id="empty"),
]


@pytest.mark.parametrize(("array", "field"), ARRAYS)
def test_values_are_written_in_the_field_of_their_type(array, field):
    tensor = tensor_pb2.TensorProto()
    tensor_protos.write(tensor, array)

    np.testing.assert_array_equal(tf.make_ndarray(tensor), array)
    assert len(getattr(tensor, field)) == array.size * (2 if array.dtype.kind == "c" else 1)


def test_values_can_be_written_as_bytes():
    tensor = tensor_pb2.TensorProto()
    tensor_protos.write(tensor, np.arange(3, dtype=np.float32), as_content=True)

    assert (len(tensor.tensor_content), len(tensor.float_val)) == (12, 0)
    np.testing.assert_array_equal(tf.make_ndarray(tensor), [0, 1, 2])


@pytest.mark.parametrize(
    ("value", "size"),
    [
        pytest.param(np.zeros((2, 3), np.float32), 24, id="float32"),
        pytest.param([b"abc", b"d"], 2 * 8 + 4, id="strings"),
        pytest.param(np.zeros((0, 3), np.int64), 0, id="empty"),
    ],
)
def test_the_memory_of_a_tensor_is_known_before_it_is_read(value, size):
    assert tensor_protos.count_bytes({"x": tf.make_tensor_proto(value)}) == size


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param({"dtype": 0}, "is not a type|cannot contain", id="no-type"),
        pytest.param({"dtype": 101}, "cannot contain", id="reference"),
        pytest.param({"dtype": 20}, "cannot contain resource", id="resource"),
        pytest.param({"dtype": 1, "tensor_content": b"12345678"}, "8 bytes", id="content"),
    ],
)
def test_a_tensor_that_cannot_be_an_array_is_refused(text, problem):
    with pytest.raises(BadInput, match=problem):
        tensor_protos.count_bytes({"x": tensor_pb2.TensorProto(**text)})


def test_more_values_than_the_shape_are_refused():
    tensor = tensor_pb2.TensorProto(dtype=1, float_val=[1, 2, 3])
    tensor.tensor_shape.dim.add(size=2)

    with pytest.raises(BadInput, match="tensor parsing error: x"):
        tensor_protos.read("x", tensor)
