"""From JSON to messages: strictly, to say what is wrong, and leniently, to look at the rest."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeVar

from google.protobuf import json_format
from google.protobuf.message import Message

Kind = TypeVar("Kind", bound=Message)


def refusal(given: Any, kind: type[Message]) -> str | None:
    """The first reason why this is not such a message, in a few words; None if it is one."""
    if not isinstance(given, Mapping):
        return f"{given!r} is not a mapping of fields"
    try:
        json_format.ParseDict(dict(given), kind())
    except json_format.ParseError as error:
        return reason(str(error))
    return None


def reason(error: str) -> str:
    """What a parser says, without the names of all fields that it knows."""
    unknown = re.search(r'no field named "([^"]*)"(?: at "([^"]*)")?', error)
    if not unknown:
        return error.splitlines()[0].rstrip(".")
    name, place = unknown.groups()
    return f"unknown field {name!r}" + (f" at {place}" if place else "")


def lenient(given: Any, kind: type[Kind]) -> Kind:
    """As much of a message as there is."""
    message = kind()
    try:
        json_format.ParseDict(dict(given), message, ignore_unknown_fields=True)
    except (json_format.ParseError, TypeError, ValueError):
        return kind()
    return message
