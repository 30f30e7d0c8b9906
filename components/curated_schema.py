"""TFX component that hands on the schema that the repository holds for an experiment."""

# No `from __future__ import annotations` here: @component needs real types.
import tensorflow as tf
from google.protobuf import text_format
from tfx import v1 as tfx
from tfx.v1.types.standard_artifacts import Schema

from trainer import config, schema

OutputArtifact = tfx.dsl.components.OutputArtifact
Parameter = tfx.dsl.components.Parameter


@tfx.dsl.components.component
def CuratedSchema(curated: OutputArtifact[Schema], experiment: Parameter[str]) -> None:
    """The schema by the experiment's name for it, with the experiment's classes for labels.

    An experiment that names no classes leaves the schema's own.
    """
    data = config.from_json(experiment).data
    expected = schema.load(data.schema)
    if data.classes:
        expected = schema.with_classes(expected, data.classes)
    with tf.io.gfile.GFile(f"{curated.uri}/schema.pbtxt", "w") as file:
        file.write(text_format.MessageToString(expected))
