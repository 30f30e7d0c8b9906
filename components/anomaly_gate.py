"""TFX component that stops a run if its data does not match the schema and the served model."""

# No `from __future__ import annotations` here: @component needs real types.
import tensorflow as tf
from tensorflow_metadata.proto.v0 import anomalies_pb2, schema_pb2
from tfx.dsl.component.experimental.annotations import InputArtifact, Parameter
from tfx.dsl.component.experimental.decorators import component
from tfx.types import artifact_utils
from tfx.types.standard_artifacts import ExampleAnomalies, ExampleStatistics, Schema
from tfx.utils import io_utils

from components import class_shares, serving_folder
from components.errors import DataError
from components.ingestion.layouts.left_out import name_some
from trainer.data import schema
from trainer.data.records import LABEL_TEXT, NEEDED_SPLITS

LONGEST = 500  # Characters of an anomaly's description that are shown.


@component
def AnomalyGate(
    anomalies: InputArtifact[ExampleAnomalies],
    statistics: InputArtifact[ExampleStatistics],
    curated: InputArtifact[Schema],
    schema_name: Parameter[str],
    max_share_change: Parameter[float],
    served_folder: Parameter[str],
    served_version: Parameter[str],
) -> None:
    """Raises DataError if there are anomalies, and lists them.

    These are TFX's anomalies, classes without an example in train or in test, and classes whose
    share changed too much since the served model was trained.
    """
    expected = io_utils.SchemaReader().read(io_utils.get_only_uri_in_dir(curated.uri))
    shares = class_shares.compute(statistics.uri, "train")
    baseline = serving_folder.find(served_folder, served_version)
    before = class_shares.read(baseline) if baseline else {}
    found = [
        *read_anomalies(anomalies, schema_name),
        *find_missing_classes(expected, statistics.uri),
        *find_changed_shares(before, shares, max_share_change),
    ]
    if found:
        raise DataError("data_anomalies", "The data has anomalies:\n  " + "\n  ".join(found))


def read_anomalies(anomalies: ExampleAnomalies, schema_name: str) -> list[str]:
    """Returns a line for each of ExampleValidator's anomalies: split, field and fix."""
    splits = artifact_utils.decode_split_names(anomalies.split_names)
    lines = []
    for split in splits:
        path = f"{anomalies.uri}/Split-{split}/SchemaDiff.pb"
        lines += [f"{split}: {line}" for line in describe_anomalies(load(path), schema_name)]
    return lines


def load(path: str) -> anomalies_pb2.Anomalies:
    """Loads a file that ExampleValidator wrote."""
    with tf.io.gfile.GFile(path, "rb") as file:
        return anomalies_pb2.Anomalies.FromString(file.read())


def describe_anomalies(anomalies: anomalies_pb2.Anomalies, schema_name: str) -> list[str]:
    """Returns a line for each field with an anomaly, and one for an anomaly of the whole split."""
    infos = anomalies.anomaly_info.values()
    found = sorted((("/".join(i.path.step), i) for i in infos), key=lambda pair: pair[0])
    if anomalies.HasField("dataset_anomaly_info"):
        found.append(("the whole split", anomalies.dataset_anomaly_info))
    return [
        f"{field}: {info.short_description}: {shorten(info.description)} "
        f"{suggest_fix(field, schema_name)}"
        for field, info in found
    ]


def shorten(text: str) -> str:
    """Cuts a text that lists every value: a folder may have thousands of unknown labels."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(text):,} characters in all)."


def suggest_fix(field: str, schema_name: str) -> str:
    """Says what to do about an anomaly of this field."""
    if field == LABEL_TEXT:
        return "Rename or remove the label's folder, or add the label to data.classes."
    return f"Remove these images, or allow them in trainer/data/schemas/{schema_name}.pbtxt."


def find_missing_classes(expected: schema_pb2.Schema, statistics_uri: str) -> list[str]:
    """Returns a line for each split that needs examples of classes and has none.

    The gate after training checks only the classes of the test examples.
    """
    labels = set(schema.read_classes(expected))
    absent = {
        split: sorted(labels - set(class_shares.count(statistics_uri, split)))
        for split in NEEDED_SPLITS
    }
    return [
        f"{split}: no examples of {name_some([repr(label) for label in labels])}, which the schema "
        "requires. Add images, give the split a larger share in data.split_ratios, or remove the "
        "classes from data.classes."
        for split, labels in absent.items()
        if labels
    ]


def find_changed_shares(
    before: dict[str, float], now: dict[str, float], max_change: float
) -> list[str]:
    """Returns a line for each class whose share changed by more than `max_change`."""
    changed = [
        (label, before.get(label, 0.0), now.get(label, 0.0))
        for label in sorted(set(before) | set(now))
        if before and abs(before.get(label, 0.0) - now.get(label, 0.0)) > max_change
    ]
    return [
        f"train: the class {label!r} has {new:.1%} of the examples; it had {old:.1%} when the "
        f"served model was trained. At most {max_change:.1%} of change is allowed: fix the data, "
        "or raise data.max_share_change."
        for label, old, new in changed
    ]
