"""NumPy arrays in TF Serving's TensorProto, and back (tensorflow/core/framework/types.proto)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from serving.client.errors import InvalidOutput
from serving.client.over_grpc.messages import Tensor


class _Numbers(NamedTuple):
    """How TensorProto stores numbers: as little-endian bytes, or as values of a field."""

    dtype: str
    field: str


STRING = 7
FLOAT, INT64, BOOL = 1, 9, 10
HALF = 19  # Its values are bit patterns.
NUMBERS = {
    FLOAT: _Numbers("<f4", "float_val"),
    2: _Numbers("<f8", "double_val"),
    3: _Numbers("<i4", "int_val"),
    4: _Numbers("u1", "int_val"),
    5: _Numbers("<i2", "int_val"),
    6: _Numbers("i1", "int_val"),
    INT64: _Numbers("<i8", "int64_val"),
    BOOL: _Numbers("?", "bool_val"),
    17: _Numbers("<u2", "int_val"),
    HALF: _Numbers("<f2", "half_val"),
    22: _Numbers("<u4", "uint32_val"),
    23: _Numbers("<u8", "uint64_val"),
}


def read_array(name: str, tensor: Any) -> np.ndarray:
    """The array of an output; strings are bytes in an array of objects. Raises InvalidOutput."""
    shape = tuple(dim.size for dim in tensor.tensor_shape.dim)
    values = _read_values(name, tensor)
    if min(shape, default=0) < 0 or len(values) != math.prod(shape):
        raise InvalidOutput(name, f"it has {len(values)} values for the shape {list(shape)}")
    return values.reshape(shape)


def read_texts(name: str, tensor: Any) -> np.ndarray:
    """As read_array, with strings as str."""
    array = read_array(name, tensor)
    if array.dtype != object:
        return array
    texts = [value.decode("utf-8", errors="replace") for value in array.flat]
    return np.array(texts, object).reshape(array.shape)


def _read_values(name: str, tensor: Any) -> np.ndarray:
    """All values in one dimension."""
    if tensor.dtype == STRING:
        return np.array(list(tensor.string_val) + [None], object)[:-1]  # [N], also for equal sizes.
    if tensor.dtype not in NUMBERS:
        raise InvalidOutput(name, f"its type has the number {tensor.dtype}, which is not supported")
    dtype, field = NUMBERS[tensor.dtype]
    if tensor.tensor_content:
        return _read_content(name, tensor.tensor_content, dtype)
    values = getattr(tensor, field)
    return np.array(values, "<u2").view(dtype) if tensor.dtype == HALF else np.array(values, dtype)


def _read_content(name: str, content: bytes, dtype: str) -> np.ndarray:
    try:
        return np.frombuffer(content, dtype)
    except ValueError as error:
        raise InvalidOutput(name, str(error)) from error


def write_strings(values: Sequence[bytes]) -> Any:
    """A tensor [N] of byte strings."""
    tensor = Tensor(dtype=STRING, string_val=values)
    tensor.tensor_shape.dim.add(size=len(values))
    return tensor


def write_numbers(array: np.ndarray) -> Any:
    """A tensor of numbers in the array's own type. Raises KeyError for another type."""
    codes = {np.dtype(kind.dtype): code for code, kind in NUMBERS.items()}
    tensor = Tensor(dtype=codes[array.dtype], tensor_content=array.tobytes())
    for size in array.shape:
        tensor.tensor_shape.dim.add(size=size)
    return tensor


def write_array(array: np.ndarray) -> Any:
    """A tensor of strings (an array of bytes or str), of floats, booleans or integers."""
    if array.dtype.kind in "OSU":
        texts = [text.encode() if isinstance(text, str) else text for text in array.flat]
        tensor = Tensor(dtype=STRING, string_val=texts)
    elif array.dtype.kind == "f":
        tensor = Tensor(dtype=FLOAT, tensor_content=array.astype("<f4").tobytes())
    elif array.dtype.kind == "b":
        tensor = Tensor(dtype=BOOL, tensor_content=array.tobytes())
    else:
        tensor = Tensor(dtype=INT64, tensor_content=array.astype("<i8").tobytes())
    for size in array.shape:
        tensor.tensor_shape.dim.add(size=size)
    return tensor
