"""TF Serving's JSON for tensors, by rows or by columns.

https://www.tensorflow.org/tfx/serving/api_rest: the answer to `instances` is `predictions`, a list
with one entry per instance; the answer to `inputs` is `outputs`, one entry per tensor.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from typing import Any

import numpy as np
import tensorflow as tf

from serving.server.models.signature import Arrays, Signature
from serving.server.request_errors import BadInput, InvalidTensor

KINDS = {"f": "fiu", "i": "iu", "u": "iu", "b": "b"}  # NumPy kinds that a tensor's kind takes.


def read_inputs(body: dict[str, Any], signature: Signature) -> Arrays:
    """The arrays of a request's body, in the types of the signature. Raises BadInput."""
    if ("instances" in body) == ("inputs" in body):
        raise BadInput("Send either 'instances' (rows) or 'inputs' (columns).")
    named = (
        _transpose_rows(body["instances"], signature)
        if "instances" in body
        else _name_columns(body["inputs"], signature)
    )
    _check_known(named, signature)
    return {name: _read_array(name, v, signature.inputs[name].dtype) for name, v in named.items()}


def _check_known(names: Iterable[str], signature: Signature) -> None:
    unknown = sorted(set(names) - set(signature.inputs))
    if unknown:
        raise BadInput(f"Unknown inputs {unknown}: use {sorted(signature.inputs)}.")


def write_outputs(body: dict[str, Any], outputs: Arrays) -> dict[str, Any]:
    """The response to `body`: its outputs in the same format as its inputs."""
    columns = {name: _write_array(name, array) for name, array in outputs.items()}
    if "inputs" in body:
        return {"outputs": _unwrap_single(columns)}
    _check_rows(outputs)
    if len(columns) == 1:
        return {"predictions": _unwrap_single(columns)}
    rows = zip(*columns.values(), strict=True)
    return {"predictions": [dict(zip(columns, row, strict=True)) for row in rows]}


def _transpose_rows(rows: Any, signature: Signature) -> dict[str, Any]:
    if not isinstance(rows, list) or not rows:
        raise BadInput("'instances' must be a list with at least one instance.")
    if not _is_named(rows[0]):
        return {_find_single_input(signature): rows}
    for number, row in enumerate(rows):
        if not _is_named(row) or row.keys() != rows[0].keys():
            raise BadInput(f"Instance {number} must be an object with the keys {sorted(rows[0])}.")
    return {name: [row[name] for row in rows] for name in rows[0]}


def _name_columns(value: Any, signature: Signature) -> dict[str, Any]:
    return value if _is_named(value) else {_find_single_input(signature): value}


def _is_named(value: Any) -> bool:
    """Whether an object has inputs by name, and is not a value in base64."""
    return isinstance(value, dict) and value.keys() != {"b64"}


def _find_single_input(signature: Signature) -> str:
    names = signature.required if len(signature.inputs) > 1 else list(signature.inputs)
    if len(names) != 1:
        raise BadInput(f"The signature has several inputs: send each by its name, {names}.")
    return names[0]


def _read_array(name: str, value: Any, dtype: tf.DType) -> np.ndarray:
    try:
        if dtype == tf.string:
            return np.array(_read_strings(value), dtype=object)
        return _read_numbers(value, dtype.as_numpy_dtype)
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise InvalidTensor(name, f"is not a tensor of {dtype.name} ({error})") from error


def _read_numbers(value: Any, dtype: Any) -> np.ndarray:
    array = np.array(value)
    wanted: np.dtype[Any] = np.dtype(dtype)
    if array.size and array.dtype.kind not in KINDS.get(wanted.kind, ""):
        raise TypeError(f"it contains {array.dtype.name}")
    if wanted.kind in "iu" and array.size:
        limits = np.iinfo(wanted)
        if array.min() < limits.min or array.max() > limits.max:
            raise OverflowError(f"its values must be from {limits.min} to {limits.max}")
    return array.astype(wanted)


def _read_strings(value: Any) -> Any:
    """The same nested lists, with bytes instead of strings."""
    if isinstance(value, list):
        items = [_read_strings(item) for item in value]
        if len({np.shape(item) for item in items}) > 1:
            raise ValueError("its lists differ in length")
        return items
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, dict) and isinstance(value.get("b64"), str):
        return _read_base64(value["b64"])
    raise TypeError(f"{str(value)[:80]!r} is neither a string nor an object {{'b64': ...}}")


def _read_base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(f"{text[:40]!r} is not base64 ({error})") from error


def _write_array(name: str, array: np.ndarray) -> Any:
    if array.dtype.kind in "OS":
        return _write_strings(array.tolist(), as_base64=name.endswith("_bytes"))
    if array.dtype.kind == "f":  # float32 digits: 0.1, not 0.10000000149011612.
        return array.astype("U32").astype(np.float64).tolist()
    return array.tolist()


def _write_strings(value: Any, *, as_base64: bool) -> Any:
    if isinstance(value, list):
        return [_write_strings(item, as_base64=as_base64) for item in value]
    if as_base64:
        return {"b64": base64.b64encode(value).decode("ascii")}
    return value.decode("utf-8", errors="replace")


def _unwrap_single(columns: dict[str, Any]) -> Any:
    return next(iter(columns.values())) if len(columns) == 1 else columns


def _check_rows(outputs: Arrays) -> None:
    sizes = {name: array.shape[0] if array.ndim else None for name, array in outputs.items()}
    if None in sizes.values() or len(set(sizes.values())) > 1:
        raise BadInput(f"The outputs differ in their number of rows, {sizes}: send 'inputs'.")
