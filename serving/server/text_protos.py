"""Configuration files in protobuf text, as TF Serving reads them."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from google.protobuf import text_format
from google.protobuf.message import Message

Kind = TypeVar("Kind", bound=Message)


class ConfigError(ValueError):
    """A configuration that the server cannot start from."""


def read(path: str | Path, kind: type[Kind]) -> Kind:
    """The message in a file. Raises ConfigError for a file that is missing or malformed."""
    message = kind()
    try:
        text_format.Parse(Path(path).read_text(encoding="utf-8"), message)
    except OSError as error:
        raise ConfigError(f"Cannot read {path}: {error.strerror or error}.") from error
    except (text_format.ParseError, UnicodeDecodeError) as error:
        name = kind.DESCRIPTOR.full_name
        raise ConfigError(f"Error parsing text-format {name} in {path}: {error}") from error
    return message
