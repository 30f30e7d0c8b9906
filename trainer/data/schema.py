"""The curated schemas: what each experiment's records must contain."""

from __future__ import annotations

from pathlib import Path

from google.protobuf import text_format
from tensorflow_metadata.proto.v0 import schema_pb2

from trainer.data.records import LABEL_TEXT

FOLDER = Path(__file__).with_name("schemas")


def load(name: str) -> schema_pb2.Schema:
    """The schema in trainer/data/schemas/<name>.pbtxt.

    Raises ValueError that lists the known schemas for an unknown name.
    """
    path = FOLDER / f"{name}.pbtxt"
    if not path.is_file():
        known = ", ".join(sorted(path.stem for path in FOLDER.glob("*.pbtxt")))
        raise ValueError(f"Unknown schema {name!r}: choose one of {known} (in {FOLDER}).")
    return text_format.Parse(path.read_text(encoding="utf-8"), schema_pb2.Schema())


def read_classes(schema: schema_pb2.Schema) -> tuple[str, ...]:
    """The labels that the schema allows, sorted; empty if it allows any."""
    feature = next(feature for feature in schema.feature if feature.name == LABEL_TEXT)
    return tuple(sorted(feature.string_domain.value))


def replace_classes(schema: schema_pb2.Schema, names: tuple[str, ...]) -> schema_pb2.Schema:
    """A copy of the schema that allows these labels and no others."""
    copy = schema_pb2.Schema()
    copy.CopyFrom(schema)
    feature = next(feature for feature in copy.feature if feature.name == LABEL_TEXT)
    del feature.string_domain.value[:]
    feature.string_domain.value.extend(names)
    return copy
