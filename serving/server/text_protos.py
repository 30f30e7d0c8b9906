"""Configuration files in protobuf text, as TF Serving reads them."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, text_format
from google.protobuf.message import Message

Kind = TypeVar("Kind", bound=Message)

# tensorflow_serving/config/ssl_config.proto: its Python module is not in tensorflow-serving-api.
SSL_NAME = "tensorflow.serving.SSLConfig"


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


def declare_ssl_config() -> type[Any]:
    """The message of --ssl_config_file: server_key, server_cert, custom_ca, client_verify."""
    pool = descriptor_pool.DescriptorPool()
    file = descriptor_pb2.FileDescriptorProto(
        name="serving/ssl_config.proto", package="tensorflow.serving", syntax="proto3"
    )
    message = file.message_type.add(name="SSLConfig")
    kinds = descriptor_pb2.FieldDescriptorProto
    for number, name in enumerate(("server_key", "server_cert", "custom_ca"), 1):
        message.field.add(name=name, number=number, type=kinds.TYPE_STRING)
    message.field.add(name="client_verify", number=4, type=kinds.TYPE_BOOL)
    pool.Add(file)
    return _make_class(pool.FindMessageTypeByName(SSL_NAME))


def _make_class(descriptor: Any) -> type[Any]:
    if hasattr(message_factory, "GetMessageClass"):
        made: type[Any] = message_factory.GetMessageClass(descriptor)
        return made
    return message_factory.MessageFactory().GetPrototype(descriptor)  # protobuf 3.20.
