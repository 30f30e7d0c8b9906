"""Arrays to TensorProto and back, against TensorFlow's own functions."""

import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.framework import tensor_pb2

from serving.client.errors import InvalidOutput
from serving.client.over_grpc import tensors
from serving.client.over_grpc.messages import Tensor

DTYPES = [np.dtype(numbers.dtype) for numbers in tensors.NUMBERS.values()]
SHAPES = [(), (1,), (2, 3), (0, 3)]


def read(proto):
    return tensors.read_array("values", Tensor.FromString(proto.SerializeToString()))


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_numbers_as_bytes_are_read_with_their_type(dtype, shape):
    array = np.arange(np.prod(shape, dtype=int)).reshape(shape).astype(dtype)

    found = read(tf.make_tensor_proto(array))

    assert found.dtype == array.dtype
    np.testing.assert_array_equal(found, array)


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_numbers_as_values_are_read_with_their_type(dtype):
    array = np.array([0, 1, 1]).astype(dtype)
    number = tf.as_dtype(array.dtype).as_datatype_enum
    proto = tensor_pb2.TensorProto(dtype=number)
    proto.tensor_shape.dim.add(size=3)
    stored = array.view(np.uint16) if dtype == np.float16 else array
    getattr(proto, tensors.NUMBERS[number].field).extend(stored.tolist())

    np.testing.assert_array_equal(read(proto), tf.make_ndarray(proto))


@pytest.mark.parametrize("values", [[b"a"], [b"ends\0", b""], [[b"a", b"b"], [b"c", b"d"]], []])
def test_strings_keep_every_byte(values):
    array = np.array(values, object)

    np.testing.assert_array_equal(read(tf.make_tensor_proto(array, tf.string)), array)


@pytest.mark.parametrize(
    "array",
    [
        np.array([["ä", "b"]]),
        np.array([b"ends\0", b""], object),
        np.array([[0.5, 0.25]]),
        np.array([3, 4], np.uint8),
    ],
)
def test_tensorflow_reads_what_we_write(array):
    proto = tensor_pb2.TensorProto.FromString(tensors.write_array(array).SerializeToString())

    found = tf.make_ndarray(proto)

    if array.dtype.kind == "U":
        array = np.char.encode(array, "utf-8").astype(object)
    np.testing.assert_array_equal(found, array)


@pytest.mark.parametrize(
    "tensor",
    [
        pytest.param(Tensor(dtype=20), id="type"),
        pytest.param(Tensor(dtype=1, float_val=[1, 2, 3]), id="count"),
        pytest.param(Tensor(dtype=1, tensor_content=b"123"), id="bytes"),
    ],
)
def test_a_tensor_that_cannot_be_read_is_named(tensor):
    with pytest.raises(InvalidOutput) as refused:
        tensors.read_array("scores", tensor)

    assert refused.value.output == "scores"


def test_a_huge_shape_takes_no_memory():
    tensor = Tensor(dtype=1, float_val=[1])
    tensor.tensor_shape.dim.add(size=10**13)

    with pytest.raises(InvalidOutput):
        tensors.read_array("scores", tensor)
