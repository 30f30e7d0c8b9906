"""TFX component that outputs the repository's schema for an experiment."""

# No `from __future__ import annotations` here: @component needs real types.
import json

import tensorflow as tf
from google.protobuf import text_format
from tfx.dsl.component.experimental.annotations import OutputArtifact, Parameter
from tfx.dsl.component.experimental.decorators import component
from tfx.types.standard_artifacts import Schema

from trainer.data import schema


@component
def CuratedSchema(
    curated: OutputArtifact[Schema],
    name: Parameter[str],
    classes: Parameter[str],
    fingerprint: Parameter[str],
) -> None:
    """Writes the schema of this name, with these classes (a JSON list) as labels.

    With an empty list, the schema keeps its labels. `fingerprint` is only for the cache to compare.
    """
    expected = schema.load(name)
    if json.loads(classes):
        expected = schema.replace_classes(expected, tuple(json.loads(classes)))
    with tf.io.gfile.GFile(f"{curated.uri}/schema.pbtxt", "w") as file:
        file.write(text_format.MessageToString(expected))
