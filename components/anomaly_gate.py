"""TFX component that stops a run whose data is not what the schema and the served model expect."""

# No `from __future__ import annotations` here: @component needs real types.
import tensorflow as tf
from tensorflow_metadata.proto.v0 import anomalies_pb2, schema_pb2
from tfx import v1 as tfx
from tfx.types import artifact_utils
from tfx.utils import io_utils
from tfx.v1.types.standard_artifacts import ExampleAnomalies, ExampleStatistics, Schema

from components import class_shares, serving_folder
from components.errors import DataError
from trainer.data import schema
from trainer.data.records import LABEL_TEXT

NEEDED = ("train", "test")  # Splits with an example of every class: val chooses nothing by class.

InputArtifact = tfx.dsl.components.InputArtifact
Parameter = tfx.dsl.components.Parameter


@tfx.dsl.components.component
def AnomalyGate(
    anomalies: InputArtifact[ExampleAnomalies],
    statistics: InputArtifact[ExampleStatistics],
    curated: InputArtifact[Schema],
    schema_name: Parameter[str],
    max_share_change: Parameter[float],
    served_folder: Parameter[str],
    served_version: Parameter[str],
) -> None:
    """Ends quietly where the data keeps the schema.

    Raises DataError that names each anomaly: TFX's own, a class without an example in train or in
    test, and a class whose share moved too far from the served model's.
    """
    expected = io_utils.SchemaReader().read(io_utils.get_only_uri_in_dir(curated.uri))
    shares = class_shares.shares(statistics.uri, "train")
    baseline = serving_folder.find(served_folder, served_version)
    before = class_shares.read(baseline) if baseline else {}
    found = [
        *recorded(anomalies, schema_name),
        *missing_classes(expected, statistics.uri),
        *moved_shares(before, shares, max_share_change),
    ]
    if found:
        raise DataError("The data has anomalies:\n  " + "\n  ".join(found))


def recorded(anomalies: ExampleAnomalies, schema_name: str) -> list[str]:
    """ExampleValidator's anomalies, a line each, with split, field and mend."""
    splits = artifact_utils.decode_split_names(anomalies.split_names)
    lines = []
    for split in splits:
        path = f"{anomalies.uri}/Split-{split}/SchemaDiff.pb"
        lines += [f"{split}: {line}" for line in described(load(path), schema_name)]
    return lines


def load(path: str) -> anomalies_pb2.Anomalies:
    """The anomalies in a file that ExampleValidator wrote."""
    with tf.io.gfile.GFile(path, "rb") as file:
        return anomalies_pb2.Anomalies.FromString(file.read())


def described(anomalies: anomalies_pb2.Anomalies, schema_name: str) -> list[str]:
    """One line for each field with an anomaly, and one for an anomaly of the whole split."""
    infos = anomalies.anomaly_info.values()
    found = sorted((("/".join(i.path.step), i) for i in infos), key=lambda pair: pair[0])
    if anomalies.HasField("dataset_anomaly_info"):
        found.append(("the whole split", anomalies.dataset_anomaly_info))
    return [
        f"{field}: {info.short_description}: {info.description} {mend(field, schema_name)}"
        for field, info in found
    ]


def mend(field: str, schema_name: str) -> str:
    """What to do about an anomaly of this field."""
    if field == LABEL_TEXT:
        return "Rename or take away the label's folder, or add the label to data.classes."
    return f"Take these images away, or allow them in trainer/data/schemas/{schema_name}.pbtxt."


def missing_classes(expected: schema_pb2.Schema, statistics_uri: str) -> list[str]:
    """The labels of the schema without an example to learn from, or without one to be tested by.

    The gate after training holds for the classes that the test examples have.
    """
    labels = set(schema.read_classes(expected))
    absent = {
        split: sorted(labels - set(class_shares.counts(statistics_uri, split))) for split in NEEDED
    }
    return [
        f"{split}: the class {label!r} of the schema has no example. Add images of it, give the "
        "split more by data.split_ratios, or take the class out of data.classes."
        for split in NEEDED
        for label in absent[split]
    ]


def moved_shares(before: dict[str, float], now: dict[str, float], max_change: float) -> list[str]:
    """The classes whose share of the training examples moved by more than `max_change`."""
    moved = [
        (label, before.get(label, 0.0), now.get(label, 0.0))
        for label in sorted(set(before) | set(now))
        if before and abs(before.get(label, 0.0) - now.get(label, 0.0)) > max_change
    ]
    return [
        f"train: the class {label!r} makes {new:.1%} of the examples; it made {old:.1%} for the "
        f"served model. Allowed is a change of {max_change:.1%}: mend the data, or raise "
        "data.max_share_change."
        for label, old, new in moved
    ]
