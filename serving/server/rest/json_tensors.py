"""JSON values as arrays of a signature's types, with TF Serving's checks and errors.

tensorflow_serving/util/json_tensor.cc: the first value of each list gives the shape.
"""

from __future__ import annotations

import binascii
from contextlib import suppress
from itertools import chain
from typing import Any

import numpy as np
from grpc import StatusCode

from serving.server.request_errors import BadInput, RequestError
from serving.server.rest.json_documents import name_type, quote

MAX_RANK = 32  # NumPy 1's; TensorFlow's is 254.
STRING = "string"
# By TensorFlow's names of types (DataTypeString). JSON has no values for the others.
DTYPES: dict[str, Any] = {
    "float": np.float32,
    "double": np.float64,
    "int8": np.int8,
    "int16": np.int16,
    "int32": np.int32,
    "int64": np.int64,
    "uint8": np.uint8,
    "uint32": np.uint32,
    "uint64": np.uint64,
    "bool": np.bool_,
    STRING: object,
}
# The Python types of JSON values that a NumPy kind takes.
LEAVES: dict[str, set[type]] = {
    "f": {int, float},
    "i": {int},
    "u": {int},
    "b": {bool},
    "O": {str, dict},
}


def read_tensor(value: Any, dtype: str) -> np.ndarray:
    """The array of a JSON value; strings become an array of bytes objects.

    Raises BadInput for a value that does not fit, RequestError UNIMPLEMENTED for a type that
    JSON cannot represent.
    """
    shape = _find_shape(value)
    if len(shape) > MAX_RANK:
        raise BadInput(f"The value has {len(shape)} dimensions: send at most {MAX_RANK}.")
    leaves = _flatten(value, shape)
    if dtype not in DTYPES or leaves is None or not _fit(leaves, dtype):
        _explain(value, shape, 0, dtype)
    if dtype == STRING:
        return _fill_strings(leaves or [], shape)
    with np.errstate(over="ignore"):  # As in C++: a double over float's range is infinity.
        return np.array(leaves, DTYPES[dtype]).reshape(shape)


def is_base64(value: Any) -> bool:
    """Whether a value is an object {"b64": "..."}: bytes, and not named values."""
    return isinstance(value, dict) and len(value) == 1 and isinstance(value.get("b64"), str)


def decode_string(value: Any) -> bytes:
    """The bytes of a string, or of an object with base64. Raises BadInput."""
    if isinstance(value, str):
        try:
            return value.encode()
        except UnicodeEncodeError as error:
            raise BadInput("The surrogate pair in string is invalid.") from error
    if not is_base64(value):
        raise BadInput(f"JSON Value: {quote(value)} not formatted correctly for base64 data")
    return _decode_base64(value["b64"])


def _decode_base64(text: str) -> bytes:
    """As absl::Base64Unescape: spaces and line breaks are skipped, padding may be missing."""
    packed = text.encode("utf-8", "replace").translate(None, b" \t\n\v\f\r")
    digits = packed.rstrip(b"=.")
    padding, missing = len(packed) - len(digits), -len(digits) % 4
    decoded = None
    if missing < 3 and padding in (0, missing):
        with suppress(binascii.Error):
            decoded = binascii.a2b_base64(digits + b"=" * missing)
    if decoded is None or len(decoded) != len(digits) * 3 // 4:  # It skips what is not base64.
        raise BadInput("Unable to base64 decode")
    return decoded


def _find_shape(value: Any) -> tuple[int, ...]:
    shape = []
    while isinstance(value, list):
        shape.append(len(value))
        value = value[0] if value else None
    return tuple(shape)


def _flatten(value: Any, shape: tuple[int, ...]) -> list[Any] | None:
    """The values in order, or None if lists of one level differ in length."""
    values = [value]
    for size in shape:
        if set(map(type, values)) - {list} or set(map(len, values)) - {size}:
            return None
        values = list(chain.from_iterable(values))
    return values


def _fit(leaves: list[Any], dtype: str) -> bool:
    wanted: np.dtype[Any] = np.dtype(DTYPES[dtype])
    if set(map(type, leaves)) - LEAVES[wanted.kind]:
        return False
    if wanted.kind not in "iu" or not leaves:
        return True
    limits = np.iinfo(wanted)
    return limits.min <= min(leaves) and max(leaves) <= limits.max


def _fill_strings(leaves: list[Any], shape: tuple[int, ...]) -> np.ndarray:
    array = np.empty(len(leaves), object)  # NumPy's own strings all take the longest one's size.
    array[:] = [decode_string(leaf) for leaf in leaves]
    return array.reshape(shape)


def _explain(value: Any, shape: tuple[int, ...], level: int, dtype: str) -> None:
    """Raises the error of the first value that does not fit, in TF Serving's words."""
    if not isinstance(value, list):
        _explain_leaf(value, len(shape), level, dtype)
    elif level >= len(shape):
        raise BadInput(
            f"Encountered list at unexpected level: {level} expected < {len(shape)}",
        )
    elif len(value) != shape[level]:
        raise BadInput(
            f"Encountered list at unexpected size: {len(value)} at level: {level} "
            f"expected size: {shape[level]}"
        )
    else:
        for item in value:
            _explain(item, shape, level + 1, dtype)


def _explain_leaf(value: Any, rank: int, level: int, dtype: str) -> None:
    if level != rank:
        raise BadInput(
            f"JSON Value: {quote(value)} found at incorrect level: {level + 1} "
            f"in the JSON DOM. Expected at level: {rank}"
        )
    if dtype == STRING and isinstance(value, dict):
        decode_string(value)
    elif isinstance(value, dict) or (dtype in DTYPES and not _fit([value], dtype)):
        raise BadInput(
            f"JSON Value: {quote(value)} Type: {name_type(value)} is not of expected type: {dtype}"
        )
    elif dtype not in DTYPES:
        raise RequestError(
            StatusCode.UNIMPLEMENTED,
            f"Conversion of JSON Value: {quote(value)} to type: {dtype}",
        )
