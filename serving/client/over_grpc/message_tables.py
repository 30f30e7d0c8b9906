"""Makes classes of protobuf messages from a table of their fields, without generated modules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

Fields = Mapping[str, tuple[str, ...]]  # By message: lines such as "repeated Dim dim = 2".


def build(fields: Fields, package: str) -> dict[str, Any]:
    """A class for each message, in a pool of its own, so that TensorFlow's may be loaded too."""
    file = descriptor_pb2.FileDescriptorProto(
        name=f"{package}.proto", package=package, syntax="proto3"
    )
    for name, lines in fields.items():
        message = file.message_type.add(name=name)
        for line in lines:
            _add_field(message, line, {kind: f".{package}.{kind}" for kind in fields})
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(file.SerializeToString())
    return {name: _make_class(pool, f"{package}.{name}") for name in fields}


def _add_field(
    message: descriptor_pb2.DescriptorProto, line: str, messages: Mapping[str, str]
) -> None:
    *label, kind, name, _, number = line.split()
    types = descriptor_pb2.FieldDescriptorProto
    field = message.field.add(name=name, number=int(number))
    field.label = types.LABEL_REPEATED if label else types.LABEL_OPTIONAL
    if kind in messages:
        field.type, field.type_name = types.TYPE_MESSAGE, messages[kind]
    else:
        field.type = types.Type.Value(f"TYPE_{kind.upper()}")


def _make_class(pool: descriptor_pool.DescriptorPool, name: str) -> Any:
    descriptor = pool.FindMessageTypeByName(name)
    if hasattr(message_factory, "GetMessageClass"):
        return message_factory.GetMessageClass(descriptor)
    return message_factory.MessageFactory(pool).GetPrototype(descriptor)  # protobuf 3.
