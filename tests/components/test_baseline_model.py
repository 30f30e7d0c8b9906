"""The model that a candidate is compared with: the newest served version, or class shares."""

from __future__ import annotations

import functools
from pathlib import Path

import apache_beam as beam
import tensorflow as tf
import tensorflow_transform.beam as tft_beam
from tensorflow_transform.tf_metadata.dataset_metadata import DatasetMetadata
from tfx.types import standard_artifacts

from components.baseline_model import BaselineModel
from tests.fakes import tiny
from tests.fakes.ingested import in_process
from tests.fakes.tiny_runs import (
    CLEAN,
    EXPERIMENT,
    LABELS,
    artifact,
    clean_statistics,
    facts,
    lasting,
    png,
    record,
    save,
)
from trainer.data import preprocessing, records, schema
from trainer.export import classifier, saved_model


def baseline_of(folder, served_version="newest"):
    """Runs the component; returns its model's folder, and where the model comes from."""
    baseline = artifact(standard_artifacts.Model, folder)
    graph = standard_artifacts.TransformGraph()
    graph.uri = learned()
    BaselineModel.test_call(
        statistics=clean_statistics(),
        transform_graph=graph,
        baseline=baseline,
        max_side=EXPERIMENT.data.max_side,
        max_pixels=EXPERIMENT.data.max_pixels,
        task="classes",
        classes="[]",
        served_folder=str(folder / "served"),
        served_version=served_version,
    )
    return Path(baseline.uri, "Format-Serving"), baseline.get_string_custom_property("served_from")


@functools.cache
def learned() -> str:
    """Transform's graph of the clean examples."""
    rows = [
        {
            records.ENCODED: [png(label, 16 + n)],
            records.HEIGHT: [18 + n],
            records.WIDTH: [16 + n],
            records.LABEL_TEXT: [label],
        }
        for n, label in enumerate(CLEAN)
    ]
    folder = lasting()
    metadata = DatasetMetadata(columns(rows[0]))
    with in_process() as pipeline, tft_beam.Context(temp_dir=str(folder / "scratch")):
        data = pipeline | beam.Create(rows), metadata
        analysis = tft_beam.AnalyzeDataset(preprocess)
        data | analysis | tft_beam.WriteTransformFn(str(folder / "graph"))
    return str(folder / "graph")


def columns(row):
    """The schema of these columns alone."""
    expected = schema.load("images")
    kept = [feature for feature in expected.feature if feature.name in row]
    del expected.feature[:]
    expected.feature.extend(kept)
    return expected


def preprocess(inputs):
    return preprocessing.preprocessing_fn(inputs, {"size_buckets": 2, "channels": 3})


def signatures(folder):
    return tf.saved_model.load(str(folder)).signatures


def test_if_nothing_is_served_every_image_gets_the_class_shares(tmp_path):
    folder, source = baseline_of(tmp_path)

    answers = signatures(folder)["serving_default"](tf.constant([png("red"), png("blue", 40)]))

    assert answers["probabilities"].numpy().tolist() == [[0.75, 0.25], [0.75, 0.25]]
    assert answers["label"].numpy().tolist() == [b"blue", b"blue"]
    assert source == "class shares"


def test_the_shares_are_a_model_with_the_signatures_of_a_trained_one(tmp_path):
    trained = save(tmp_path / "trained")

    folder, _ = baseline_of(tmp_path)

    assert signatures(folder).keys() == signatures(trained).keys()
    assert (folder / "assets/labels.txt").read_text().split() == list(LABELS)


def test_the_shares_answer_for_recorded_examples_as_the_evaluator_asks(tmp_path):
    folder, _ = baseline_of(tmp_path)

    assert evaluated(folder) == {"all_classes": ["blue", "red"], "probabilities": [[0.75, 0.25]]}


def test_the_newest_served_version_is_taken(tmp_path):
    for version, shares in (("9", (1.0, 0.0)), ("10", (0.5, 0.5))):
        serve(tmp_path, version, dict(zip(LABELS, shares, strict=True)))

    folder, source = baseline_of(tmp_path)

    assert evaluated(folder)["probabilities"] == [[0.5, 0.5]]
    assert source == str(tmp_path / "served/10")


def serve(folder, version, shares, boundaries=(20.0,)):
    """A served version that always answers these shares."""
    model = classifier.build_constant(facts(sorted(shares), boundaries), shares, tiny.LIMITS)
    saved_model.save_module(model, str(folder / "served" / version))


def evaluated(folder):
    """A model's answer to the Evaluator about a red example."""
    answers = signatures(folder)["evaluate_examples"](tf.constant([record("red", 1)]))
    (names,) = answers["all_classes"].numpy()
    return {
        "all_classes": [name.decode() for name in names],
        "probabilities": answers["probabilities"].numpy().tolist(),
    }


def test_an_older_version_with_other_labels_keeps_its_answers_by_the_runs_labels(tmp_path):
    serve(tmp_path, "1", {"amber": 0.125, "blue": 0.25, "green": 0.625})

    folder, _ = baseline_of(tmp_path)

    assert evaluated(folder) == {
        "all_classes": ["blue", "red", "amber", "green"],
        "probabilities": [[0.25, 0.0, 0.125, 0.625]],
    }


def test_a_served_version_returns_the_size_buckets_of_this_run(tmp_path):
    serve(tmp_path, "1", {"blue": 0.5, "red": 0.5}, boundaries=(1.0, 2.0, 3.0))

    folder, _ = baseline_of(tmp_path)

    rows = tf.constant([record("red", number) for number in (0, 3)])
    buckets = signatures(folder)["transform_features"](rows)["size_bucket"]
    assert buckets.numpy().tolist() == [0, 1]


def test_the_version_none_gives_the_shares_whatever_is_served(tmp_path):
    serve(tmp_path, "1", {"blue": 0.5, "red": 0.5})

    assert baseline_of(tmp_path, served_version="none")[1] == "class shares"
