"""Reads JSON as TF Serving's RapidJSON does, and quotes values in errors as TF Serving does.

tensorflow_serving/util/json_tensor.cc: NaN and Infinity are numbers, and what follows the document
is ignored.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import orjson

from serving.server.request_errors import BadInput

QUOTED = 256  # Characters of a value in an error.
INDENT = "    "
LONGEST_INTEGER = 20  # Digits and sign of what 64 bits can hold.
TYPE_NAMES = {dict: "Object", list: "Array", str: "String", type(None): "Null"}

# RapidJSON's sentences (rapidjson/error/en.h) for what Python's parser reports.
SENTENCES = {
    "Expecting property name enclosed in double quotes": "Missing a name for object member.",
    "Illegal trailing comma before end of object": "Missing a name for object member.",
    "Illegal trailing comma before end of array": "Invalid value.",
    "Expecting ':' delimiter": "Missing a colon after a name of object member.",
    "Expecting ',' delimiter": "Missing a comma or a closing bracket after an element.",
    "Unterminated string starting at": "Missing a closing quotation mark in string.",
    "Invalid \\escape": "Invalid escape character in string.",
    "Invalid \\uXXXX escape": "Incorrect hex digit after \\u escape in string.",
    "Invalid control character at": "Invalid encoding in string.",
}


def parse_object(encoded: bytes) -> dict[str, Any]:
    """Returns the object that a request's body contains. Raises BadInput."""
    if not encoded:
        raise BadInput("JSON Parse error: The document is empty")
    try:
        document = orjson.loads(encoded)
    except orjson.JSONDecodeError:
        document = _parse_leniently(encoded)
    if not isinstance(document, dict):
        raise BadInput(f"JSON Value: {quote(document)} Is not object")
    return document


def quote(value: Any) -> str:
    """A value as TF Serving prints it in an error: at most QUOTED characters."""
    text = ""
    for part in _print(value, ""):
        text += part
        if len(text) >= QUOTED:
            return text[:QUOTED]
    return text


def name_type(value: Any) -> str:
    """RapidJSON's name of a value's type."""
    if isinstance(value, bool):
        return str(value)
    return TYPE_NAMES.get(type(value), "Number")


def _parse_leniently(encoded: bytes) -> Any:
    """Accepts what orjson does not: NaN, Infinity, and text after the document."""
    try:
        text = str(encoded, "utf-8-sig")  # The body may be any buffer.
        decoder = json.JSONDecoder(parse_int=_read_integer)
        return decoder.raw_decode(text, _skip_space(text))[0]
    except UnicodeDecodeError as error:
        problem, offset = "Invalid encoding in string.", error.start
    except json.JSONDecodeError as error:
        message = error.msg.partition(": ")[0]
        problem, offset = SENTENCES.get(message, "Invalid value."), error.pos
    except RecursionError:
        problem, offset = "Arrays and objects are nested too deeply.", 0
    raise BadInput(f"JSON Parse error: {problem} at offset: {offset}")


def _read_integer(digits: str) -> int | float:
    """An integer that 64 bits cannot hold is a float, as in RapidJSON."""
    if len(digits) > LONGEST_INTEGER or not -(2**63) <= int(digits) < 2**64:
        return float(digits)
    return int(digits)


def _skip_space(text: str) -> int:
    return len(text) - len(text.lstrip(" \t\r\n"))


def _print(value: Any, indent: str) -> Iterator[str]:
    """RapidJSON's PrettyWriter: objects take a line for each member, arrays take one line."""
    if isinstance(value, dict) and value:
        for number, (key, member) in enumerate(value.items()):
            yield f"{',' if number else '{'}\n{indent}{INDENT}{_print_scalar(key)}: "
            yield from _print(member, indent + INDENT)
        yield f"\n{indent}}}"
    elif isinstance(value, list):
        yield "["
        for number, item in enumerate(value):
            yield ", " if number else ""
            yield from _print(item, indent)
        yield "]"
    else:
        yield _print_scalar(value)


def _print_scalar(value: Any) -> str:
    cut = value[:QUOTED] if isinstance(value, str) else value
    return json.dumps(cut, ensure_ascii=False)
