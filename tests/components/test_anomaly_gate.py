"""The gate before training, on real output of StatisticsGen and ExampleValidator."""

from __future__ import annotations

import functools
from dataclasses import replace

import pytest
import tensorflow as tf
from tensorflow_metadata.proto.v0 import anomalies_pb2
from tfx.components.example_validator.executor import Executor as ValidatorExecutor
from tfx.types import standard_artifacts

from components import class_shares
from components.anomaly_gate import (
    AnomalyGate,
    describe_anomalies,
    find_changed_shares,
    find_missing_classes,
)
from components.errors import DataError
from tests.fakes.tiny_runs import (
    EXPERIMENT,
    GIVEN,
    artifact,
    clean_examples,
    clean_statistics,
    examples_of,
    lasting,
    record,
    schema_of,
    statistics_of,
)
from trainer import config
from trainer.data import records, schema


def check(folder, *, statistics=None, given=GIVEN, served_version="newest"):
    """Validates and checks, as the run's steps do."""
    statistics = statistics or clean_statistics()
    data = config.from_json(given).data
    curated = schema_of(folder, given)
    anomalies = artifact(standard_artifacts.ExampleAnomalies, folder)
    inputs = {"statistics": [statistics], "schema": [curated]}
    ValidatorExecutor().Do(inputs, {"anomalies": [anomalies]}, {"exclude_splits": "[]"})
    AnomalyGate.test_call(
        anomalies=anomalies,
        statistics=statistics,
        curated=curated,
        schema_name=data.schema,
        max_share_change=data.max_share_change,
        served_folder=str(folder / "served"),
        served_version=served_version,
    )


def with_classes(*classes):
    data = replace(EXPERIMENT.data, classes=classes)
    return config.to_json(replace(EXPERIMENT, data=data))


def serve(folder, version, **shares):
    class_shares.write(str(folder / "served" / version), shares)


@functools.cache
def odd_statistics():
    """Of examples with a label and a format that the schema does not have."""
    folder = lasting()
    rows = [record("blue", 0), record("red", 1), record("green", 2)]
    rows.append(record("red", 3, **{records.FORMAT: "TIFF"}))
    return statistics_of(examples_of(folder, rows), folder)


def test_clean_data_passes(tmp_path):
    assert check(tmp_path) is None


def test_a_class_without_an_example_stops_the_run(tmp_path):
    with pytest.raises(DataError) as raised:
        check(tmp_path, given=with_classes("blue", "green", "red"))

    assert raised.value.reason == "data_anomalies"
    assert "'green'" in str(raised.value)


@pytest.mark.parametrize(
    ("without", "missing"),
    [
        pytest.param("train", ["train"], id="nothing-to-learn-from"),
        pytest.param("val", [], id="val-decides-nothing-by-class"),
        pytest.param("test", ["test"], id="nothing-to-be-tested-by"),
    ],
)
def test_every_class_is_needed_in_train_and_in_test(tmp_path, without, missing):
    examples = clean_examples(tmp_path)
    with tf.io.TFRecordWriter(f"{examples.uri}/Split-{without}/data-00000") as writer:
        writer.write(record("blue", 0))
    statistics = statistics_of(examples, tmp_path)
    expected = schema.replace_classes(schema.load("flowers"), ("blue", "red"))

    lines = find_missing_classes(expected, statistics.uri)

    assert [line.split(":")[0] for line in lines] == missing
    assert all("'red'" in line and "data.split_ratios" in line for line in lines)


def test_a_message_about_thousands_of_labels_stays_short(tmp_path):
    labels = tuple(f"label {n}" for n in range(3000))
    expected = schema.replace_classes(schema.load("flowers"), labels)
    info = anomalies_pb2.AnomalyInfo(short_description="Unexpected", description=str(labels))
    anomalies = anomalies_pb2.Anomalies(anomaly_info={"image/class/text": info})

    lines = find_missing_classes(expected, clean_statistics().uri)
    lines += describe_anomalies(anomalies, "flowers")

    assert "'label 0', 'label 1', 'label 10' and 2,997 more" in lines[0]
    assert max(map(len, lines)) < 1000


@pytest.mark.parametrize(
    ("field", "value", "setting"),
    [
        pytest.param("image/class/text", "green", "data.classes", id="new-label"),
        pytest.param("image/format", "TIFF", "trainer/data/schemas/flowers.pbtxt", id="format"),
    ],
)
def test_an_anomaly_is_named_with_field_value_and_setting(tmp_path, field, value, setting):
    with pytest.raises(DataError) as raised:
        check(tmp_path, statistics=odd_statistics())

    lines = [line for line in str(raised.value).splitlines() if field in line]
    assert raised.value.reason == "data_anomalies"
    assert [line.split(":")[0].strip() for line in lines] == list(records.SPLITS)
    assert all(value in line and setting in line for line in lines)


def test_a_share_that_changed_too_much_is_named_as_the_user_sees_it(tmp_path):
    serve(tmp_path, "1", blue=0.5, red=0.5)

    with pytest.raises(DataError) as raised:
        check(tmp_path)

    assert str(raised.value).splitlines()[-1] == (
        "  train: the class 'red' has 25.0% of the examples; it had 50.0% when the served model "
        "was trained. At most 15.0% of change is allowed: fix the data, or raise "
        "data.max_share_change."
    )


def test_a_small_change_from_the_newest_version_passes(tmp_path):
    serve(tmp_path, "9", blue=0.1, red=0.9)
    serve(tmp_path, "10", blue=0.65, red=0.35)

    assert check(tmp_path) is None


def test_shares_are_not_compared_if_the_version_is_none(tmp_path):
    serve(tmp_path, "9", blue=0.1, red=0.9)

    assert check(tmp_path, served_version="none") is None


def test_a_class_that_the_served_model_does_not_have_had_a_share_of_0():
    (line,) = find_changed_shares({"a": 1.0}, {"a": 0.9, "b": 0.1}, 0.1 - 1e-9)[1:]

    assert "'b'" in line
    assert "10.0%" in line
    assert "0.0%" in line


def test_an_anomaly_of_a_whole_split_is_described_too():
    info = anomalies_pb2.AnomalyInfo(short_description="Low num examples", description="Only 3.")
    found = anomalies_pb2.Anomalies(dataset_anomaly_info=info)

    (line,) = describe_anomalies(found, "flowers")

    assert line.startswith("the whole split: Low num examples: Only 3.")
