"""Between YAML or JSON and protobuf messages: strictly, as the backend reads them, or leniently."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeVar

import yaml
from google.protobuf import json_format
from google.protobuf.message import Message

Kind = TypeVar("Kind", bound=Message)


def load_documents(text: str | bytes) -> list[Any]:
    """The YAML's documents as plain data, without empty ones. Raises ValueError."""
    try:
        return [document for document in yaml.safe_load_all(text) if document is not None]
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ValueError(f"not YAML: {' '.join(str(error).split())}") from error


def as_json(message: Message) -> dict[str, Any]:
    """A message's fields as JSON has them."""
    fields: dict[str, Any] = json_format.MessageToDict(message)
    return fields


def parse(document: Any, kind: type[Kind]) -> Kind:
    """A document as a message. Raises ValueError for a field that the message does not have."""
    try:
        return json_format.ParseDict(document, kind())
    except (json_format.ParseError, TypeError, AttributeError) as error:
        raise ValueError(f"not a {kind.DESCRIPTOR.name}: {shorten_reason(str(error))}") from error


def find_refusal(given: Any, kind: type[Message]) -> str | None:
    """The first reason why this is not such a message; None if it is one."""
    if not isinstance(given, Mapping):
        return f"{given!r} is not a mapping of fields"
    try:
        json_format.ParseDict(dict(given), kind())
    except json_format.ParseError as error:
        return shorten_reason(str(error))
    return None


def shorten_reason(error: str) -> str:
    """The parser's reason, without its list of all known fields."""
    unknown = re.search(r'no field named "([^"]*)"(?: at "([^"]*)")?', error)
    if not unknown:
        return error.splitlines()[0].rstrip(".")
    name, place = unknown.groups()
    return f"unknown field {name!r}" + (f" at {place}" if place else "")


def parse_leniently(given: Any, kind: type[Kind]) -> Kind:
    """As much of the message as can be read."""
    message = kind()
    try:
        json_format.ParseDict(dict(given), message, ignore_unknown_fields=True)
    except (json_format.ParseError, TypeError, ValueError):
        return kind()
    return message
