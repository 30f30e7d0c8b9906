"""TFX component that stops a run whose data is not what the schema and the served model expect."""

# No `from __future__ import annotations` here: @component needs real types.
import tensorflow as tf
from tensorflow_metadata.proto.v0 import anomalies_pb2, schema_pb2
from tfx import v1 as tfx
from tfx.types import artifact_utils
from tfx.utils import io_utils
from tfx.v1.types.standard_artifacts import ExampleAnomalies, ExampleStatistics, Schema

from components import class_shares, served
from components.errors import DataError
from trainer import config, schema

InputArtifact = tfx.dsl.components.InputArtifact
OutputArtifact = tfx.dsl.components.OutputArtifact
Parameter = tfx.dsl.components.Parameter


@tfx.dsl.components.component
def AnomalyGate(
    anomalies: InputArtifact[ExampleAnomalies],
    statistics: InputArtifact[ExampleStatistics],
    curated: InputArtifact[Schema],
    checked: OutputArtifact[Schema],
    experiment: Parameter[str],
    served_folder: Parameter[str],
    served_version: Parameter[str],
) -> None:
    """Hands the schema on where the data keeps it.

    Raises DataError that names each anomaly: TFX's own, a class without an example, and a class
    whose share moved too far from the served model's.
    """
    data = config.from_json(experiment).data
    path = io_utils.get_only_uri_in_dir(curated.uri)
    expected = io_utils.SchemaReader().read(path)
    shares = class_shares.shares(statistics.uri, "train")
    baseline = served.find(served_folder, served_version)
    before = class_shares.read(baseline) if baseline else {}
    found = [
        *recorded(anomalies),
        *missing_classes(expected, shares),
        *moved_shares(before, shares, data.max_share_change),
    ]
    if found:
        raise DataError("The data has anomalies:\n  " + "\n  ".join(found))
    tf.io.gfile.copy(path, f"{checked.uri}/schema.pbtxt", overwrite=True)


def recorded(anomalies: ExampleAnomalies) -> list[str]:
    """ExampleValidator's anomalies, a sentence each, with split and field."""
    splits = artifact_utils.decode_split_names(anomalies.split_names)
    lines = []
    for split in splits:
        path = f"{anomalies.uri}/Split-{split}/SchemaDiff.pb"
        lines += [f"{split}: {line}" for line in described(load(path))]
    return lines


def load(path: str) -> anomalies_pb2.Anomalies:
    """The anomalies in a file that ExampleValidator wrote."""
    with tf.io.gfile.GFile(path, "rb") as file:
        return anomalies_pb2.Anomalies.FromString(file.read())


def described(anomalies: anomalies_pb2.Anomalies) -> list[str]:
    """One sentence for each field with an anomaly."""
    return [
        f"{field}: {info.short_description}: {info.description}"
        for field, info in sorted(anomalies.anomaly_info.items())
    ]


def missing_classes(expected: schema_pb2.Schema, shares: dict[str, float]) -> list[str]:
    """The labels of the schema that no training example has."""
    absent = sorted(set(schema.classes(expected)) - set(shares))
    return [f"train: the class {label!r} of the schema has no example." for label in absent]


def moved_shares(before: dict[str, float], now: dict[str, float], max_change: float) -> list[str]:
    """The classes whose share of the training examples moved by more than `max_change`."""
    moved = [
        (label, before.get(label, 0.0), now.get(label, 0.0))
        for label in sorted(set(before) | set(now))
        if before and abs(before.get(label, 0.0) - now.get(label, 0.0)) > max_change
    ]
    return [
        f"train: the class {label!r} makes {new:.1%} of the examples; it made {old:.1%} for the "
        f"served model. Allowed is a change of {max_change:.1%} (data.max_share_change)."
        for label, old, new in moved
    ]
