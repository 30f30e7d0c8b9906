"""tf.TensorProto to arrays, checked before memory is taken, and arrays to tf.TensorProto."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow.core.framework import tensor_pb2

from serving.server import memory_budget
from serving.server.request_errors import BadInput

REFERENCE = 100  # Types from here on are references, which no request may contain.
POINTER_BYTES = 8  # Of a string in an array.
TYPES_WITHOUT_VALUES = (tf.resource, tf.variant)

# Where TF Serving writes the values of a type by default; all others are in int_val.
FIELDS = {
    tf.string: "string_val",
    tf.int64: "int64_val",
    tf.uint32: "uint32_val",
    tf.uint64: "uint64_val",
    tf.bool: "bool_val",
    tf.complex64: "scomplex_val",
    tf.complex128: "dcomplex_val",
    tf.half: "half_val",
    tf.bfloat16: "half_val",
}
PACKED = {tf.float32: b"\x2a", tf.float64: b"\x32"}  # Tags of float_val and double_val.


def count_bytes(tensors: Mapping[str, tensor_pb2.TensorProto]) -> int:
    """The memory that the arrays of a request take. Raises BadInput if they cannot be arrays."""
    size = sum(_count_bytes(name, tensor) for name, tensor in tensors.items())
    limit = memory_budget.find_total()
    if size > limit:
        raise BadInput(
            f"tensor parsing error: the tensors of this request have {size} bytes, and the server "
            f"takes {limit}: send smaller tensors, or set {memory_budget.VARIABLE}."
        )
    return size


def read(name: str, tensor: tensor_pb2.TensorProto) -> np.ndarray:
    """The array of a tensor that count_bytes has checked. Raises BadInput."""
    try:
        array: np.ndarray = tf.make_ndarray(tensor)
    except (TypeError, ValueError) as error:
        raise _refuse(name, str(error)) from error
    return array


def write(tensor: tensor_pb2.TensorProto, array: np.ndarray, *, as_content: bool = False) -> None:
    """Writes values one by one in the field of their type, or `as_content` their bytes."""
    dtype = tf.as_dtype(array.dtype)
    tensor.dtype = dtype.as_datatype_enum
    tensor.tensor_shape.CopyFrom(tf.TensorShape(array.shape).as_proto())
    if dtype in PACKED and not as_content:
        packed = array.tobytes()  # A packed field contains exactly these bytes.
        tensor.MergeFromString(PACKED[dtype] + _write_varint(len(packed)) + packed)
    elif as_content and dtype != tf.string:
        tensor.tensor_content = array.tobytes()
    else:
        getattr(tensor, FIELDS.get(dtype, "int_val")).extend(_list_values(array, dtype))


def _list_values(array: np.ndarray, dtype: tf.DType) -> Any:
    flat = array.ravel()
    if dtype.is_complex:
        return flat.view(dtype.real_dtype.as_numpy_dtype).tolist()
    if FIELDS.get(dtype) == "half_val":
        return flat.view(np.uint16).tolist()
    return flat.tolist()


def _count_bytes(name: str, tensor: tensor_pb2.TensorProto) -> int:
    try:
        dtype = tf.as_dtype(tensor.dtype)
    except TypeError as error:
        raise _refuse(name, f"{tensor.dtype} is not a type") from error
    if tensor.dtype >= REFERENCE or dtype in TYPES_WITHOUT_VALUES:
        raise _refuse(name, f"a request cannot contain {dtype.name}")
    sizes = [dim.size for dim in tensor.tensor_shape.dim]
    if tensor.tensor_shape.unknown_rank or min(sizes, default=0) < 0:
        raise _refuse(name, "its shape is not known")
    values = math.prod(sizes)
    if dtype == tf.string:
        return POINTER_BYTES * values + sum(map(len, tensor.string_val))
    if tensor.tensor_content and len(tensor.tensor_content) != values * dtype.size:
        problem = f"{values} x {dtype.name} are not {len(tensor.tensor_content)} bytes"
        raise _refuse(name, problem)
    return values * dtype.size


def _refuse(name: str, problem: str) -> BadInput:
    return BadInput(f"tensor parsing error: {name} ({problem})")


def _write_varint(number: int) -> bytes:
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*encoded, number])
