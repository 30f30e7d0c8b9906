"""The bodies of `:predict`: tensors by rows (`instances`) or by columns (`inputs`).

https://www.tensorflow.org/tfx/serving/api_rest; the errors are those of
tensorflow_serving/util/json_tensor.cc.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import orjson

from serving.server.request_errors import BadInput
from serving.server.rest.json_documents import parse_object, quote
from serving.server.rest.json_tensors import DTYPES, is_base64, read_tensor

DEFAULT_SIGNATURE = "serving_default"
Arrays = dict[str, np.ndarray]


class InputType(NamedTuple):
    """An input of a signature: TensorFlow's name of its type, and whether it has no default."""

    dtype: str
    required: bool = True


# The inputs of each signature of a model.
SignatureTypes = Mapping[str, Mapping[str, InputType]]


class PredictBody(NamedTuple):
    """What the body of a request contains."""

    signature_name: str
    by_rows: bool
    inputs: Arrays


def read_predict(encoded: bytes, signatures: SignatureTypes) -> PredictBody:
    """The inputs of a body, in the types of its signature. Raises RequestError."""
    body = parse_object(encoded)
    name = read_signature_name(body)
    if name not in signatures:
        raise BadInput(f'Serving signature name: "{name}" not found in signature def')
    types = signatures[name]
    if "instances" in body and "inputs" in body:
        raise BadInput(
            f"JSON Value: {quote(body)} Not formatted correctly expecting only one of 'inputs' or "
            "'instances' keys to exist "
        )
    if "instances" in body:
        return PredictBody(name, True, _read_rows(_check_instances(body), types))
    if "inputs" in body:
        return PredictBody(name, False, _read_columns(body["inputs"], types))
    raise BadInput("Missing 'inputs' or 'instances' key")


def read_signature_name(body: dict[str, Any]) -> str:
    """The signature that a body asks for, or the default one. Raises BadInput."""
    name = body.get("signature_name", "")
    if not isinstance(name, str):
        raise BadInput(
            f"JSON Value: {quote(body)} not formatted correctly. "
            "'signature_name' key must be a string value."
        )
    return name or DEFAULT_SIGNATURE


def write_predict(outputs: Arrays, by_rows: bool) -> bytes:
    """The body of the answer: `predictions` by rows, or `outputs` by columns. Raises BadInput."""
    if not outputs:
        raise BadInput("Cannot convert empty tensor map to JSON")
    finite = all(_is_finite(array) for array in outputs.values())
    columns = {name: _write_array(name, array, finite) for name, array in outputs.items()}
    if not by_rows:
        return _dump({"outputs": _unwrap_single(columns)}, finite)
    _check_rows(outputs)
    if len(columns) == 1:
        return _dump({"predictions": _unwrap_single(columns)}, finite)
    rows = zip(*columns.values(), strict=True)
    return _dump({"predictions": [dict(zip(columns, row, strict=True)) for row in rows]}, finite)


def _check_instances(body: dict[str, Any]) -> list[Any]:
    rows = body["instances"]
    if not isinstance(rows, list):
        raise BadInput(f"JSON Value: {quote(body)} Expecting 'instances' to be an list/array")
    if not rows:
        raise BadInput(f"JSON Value: {quote(body)} No values in 'instances' array")
    return rows


def _read_rows(rows: list[Any], types: Mapping[str, InputType]) -> Arrays:
    if not _is_named(rows[0]):
        name = _find_single(types, "instances is a plain list", "list of objects")
        for number, row in enumerate(rows):
            if _is_named(row):
                raise BadInput(
                    f"Expecting value/list but got object at item {number} of input list"
                )
        return {name: _stack(rows, name, types)}
    for number, row in enumerate(rows):
        _check_row(number, row, rows[0], types)
    return {name: _stack([row[name] for row in rows], name, types) for name in rows[0]}


def _check_row(number: int, row: Any, first: Any, types: Mapping[str, InputType]) -> None:
    if not _is_named(row):
        raise BadInput(f"Expecting object but got list at item {number} of input list")
    for name in row.keys() - types.keys():
        raise _fail(number, name, f"JSON object: does not have named input: {name}")
    required = {name for name, type_ in types.items() if type_.required}
    if not required <= row.keys() or row.keys() != first.keys():
        raise BadInput(
            f"Failed to process element: {number} of 'instances' list. JSON object: {quote(row)} "
            f"keys must be equal to: {','.join(sorted(types))}"
        )


def _stack(values: list[Any], name: str, types: Mapping[str, InputType]) -> np.ndarray:
    """The values of one input, in all rows, as one array."""
    dtype = types[name].dtype
    try:
        return read_tensor(values, dtype)
    except BadInput:
        _find_wrong_row(values, name, dtype)
        raise


def _find_wrong_row(values: list[Any], name: str, dtype: str) -> None:
    """Raises the error of the first row that is wrong or differs from the first one."""
    shape = None
    for number, value in enumerate(values):
        try:
            array = read_tensor(value, dtype)
        except BadInput as error:
            raise _fail(number, name, str(error)) from error
        shape = array.shape if shape is None else shape
        if np.prod(shape) != array.size:
            raise _fail(
                number, name, f"Expecting tensor size: {np.prod(shape):.0f} but got: {array.size}"
            )
        if shape != array.shape:
            raise _fail(
                number, name, f"Expecting shape {_print(shape)} but got: {_print(array.shape)}"
            )


def _fail(number: int, name: str, problem: str) -> BadInput:
    return BadInput(
        f"Failed to process element: {number} key: {name} of 'instances' list. "
        f"Error: INVALID_ARGUMENT: {problem}"
    )


def _print(shape: tuple[int, ...]) -> str:
    return f"[{','.join(map(str, shape))}]"


def _read_columns(value: Any, types: Mapping[str, InputType]) -> Arrays:
    if not _is_named(value):
        name = _find_single(types, "inputs is a plain value/list", "an object")
        return {name: read_tensor(value, types[name].dtype)}
    for name in sorted(types):
        if name not in value and types[name].required:
            raise BadInput(f"Missing named input: {name} in 'inputs' object.")
    return {
        name: read_tensor(value[name], type_.dtype)
        for name, type_ in types.items()
        if name in value
    }


def _find_single(types: Mapping[str, InputType], found: str, wanted: str) -> str:
    """The input that values without a name are for."""
    names = [n for n, type_ in types.items() if type_.required] if len(types) > 1 else list(types)
    if len(names) != 1:
        raise BadInput(
            f"{found}, but expecting {wanted} as multiple input tensors required as per "
            "tensorinfo_map"
        )
    return names[0]


def _is_named(value: Any) -> bool:
    """Whether an object has inputs by name, and is not a value in base64."""
    return isinstance(value, dict) and not is_base64(value)


def _check_rows(outputs: Arrays) -> None:
    rows = None
    for name, array in outputs.items():
        if not array.ndim:
            raise BadInput(f"Tensor name: {name} has no shape information ")
        rows = len(array) if rows is None else rows
        if len(array) != rows:
            raise BadInput(
                f"Tensor name: {name} has inconsistent batch size: {len(array)} expecting: {rows}"
            )


def _unwrap_single(columns: dict[str, Any]) -> Any:
    return next(iter(columns.values())) if len(columns) == 1 else columns


def _is_finite(array: np.ndarray) -> bool:
    return array.dtype.kind != "f" or bool(np.isfinite(array).all())


def _write_array(name: str, array: np.ndarray, finite: bool) -> Any:
    """What _dump can write: an array, or nested lists."""
    if array.dtype.kind in "OSU":
        return _write_strings(array.tolist(), as_base64=name.endswith("_bytes"))
    if array.dtype.type not in DTYPES.values():
        raise BadInput(f"Failed to write JSON value for tensor type: {array.dtype.name}")
    if finite:
        return np.ascontiguousarray(array) if array.ndim else array[()]
    if array.dtype.kind == "f":  # float32 digits: 0.1, not 0.10000000149011612.
        return array.astype("U32").astype(np.float64).tolist()
    return array.tolist()


def _write_strings(value: Any, *, as_base64: bool) -> Any:
    if isinstance(value, list):
        return [_write_strings(item, as_base64=as_base64) for item in value]
    if as_base64:
        return {"b64": base64.b64encode(value).decode("ascii")}
    return value.decode("utf-8", errors="replace")


def _dump(document: Any, finite: bool) -> bytes:
    if finite:
        return orjson.dumps(document, option=orjson.OPT_SERIALIZE_NUMPY)
    # orjson writes null for NaN and infinity; TF Serving writes NaN, Infinity and -Infinity.
    return json.dumps(document, separators=(",", ":")).encode()
