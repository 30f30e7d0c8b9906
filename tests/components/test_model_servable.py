"""The candidate is served on a real server: what is blessed, and what is not and why."""

from __future__ import annotations

import functools
import json
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from tensorflow_serving.apis import prediction_log_pb2
from tfx.components.util import model_utils
from tfx.types import standard_artifacts

from components import class_shares, warmup_requests
from components.model_servable import ModelServable
from tests.fakes import tiny_masks
from tests.fakes.tiny_runs import (
    EXPERIMENT,
    artifact,
    clean_examples,
    clean_statistics,
    lasting,
    model_of,
)
from tests.fakes.transformed import transform

MAX_SIDE = 20


def serve(folder, model):
    """Runs the component; returns its blessing."""
    return run(folder, model, clean_examples(folder), EXPERIMENT)


def run(folder, model, examples, experiment):
    blessing = artifact(standard_artifacts.InfraBlessing, folder)
    ModelServable.test_call(
        model=model,
        examples=examples,
        statistics=clean_statistics(),
        transform_graph=learned(experiment.task),
        blessing=blessing,
        name=experiment.name,
        task=experiment.task,
        classes=json.dumps(experiment.data.classes),
        max_side=MAX_SIDE,
    )
    return blessing


@functools.cache
def learned(task):
    """Transform's graph of the examples of a task; made once, and only read."""
    folder, graph = lasting(), standard_artifacts.TransformGraph()
    examples, experiment = {
        "classes": (clean_examples, EXPERIMENT),
        "masks": (tiny_masks.examples, tiny_masks.EXPERIMENT),
    }[task]
    train = f"{examples(folder).uri}/Split-train/data-00000"
    graph.uri = transform(train, folder / "graph", experiment)
    return graph


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sound")
    return serve(folder, model_of(folder))


def stamped(blessing):
    return Path(blessing.uri, "stamped_model")


def test_a_sound_model_is_blessed_with_a_copy_for_the_pusher(sound):
    assert sound.get_string_custom_property("failure") == ""
    assert model_utils.is_infra_validated(sound)
    assert sound.get_int_custom_property("has_model") == 1
    assert (stamped(sound) / "saved_model.pb").is_file()


def test_the_copy_contains_warm_up_requests_that_tf_serving_reads(sound):
    records = tf.data.TFRecordDataset(
        str(stamped(sound) / warmup_requests.FILE)
    ).as_numpy_iterator()
    logs = [prediction_log_pb2.PredictionLog.FromString(record) for record in records]

    requests = [log.predict_log.request for log in logs]
    assert {request.model_spec.name for request in requests} == {"colours"}
    names = [request.model_spec.signature_name for request in requests]
    assert {*names} == {"serving_default", "predict_pixels", "predict_padded_pixels"}
    model = tf.saved_model.load(str(stamped(sound)))
    for name, request in zip(names, requests, strict=True):
        inputs = {key: tf.constant(tf.make_ndarray(v)) for key, v in request.inputs.items()}
        assert np.isfinite(model.signatures[name](**inputs)["probabilities"]).all()


def test_the_copy_contains_the_shares_that_it_was_trained_with(sound):
    assert class_shares.read(str(stamped(sound))) == {"blue": 0.75, "red": 0.25}


def test_a_model_that_does_not_load_is_not_blessed(tmp_path):
    model = model_of(tmp_path)
    Path(model.uri, "Format-Serving/variables/variables.index").write_bytes(b"broken")
    Path(model.uri, "Format-Serving/saved_model.pb").write_bytes(b"broken")

    assert "did not load: version 1: " in failure(serve(tmp_path, model))


def failure(blessing):
    """Why it is not blessed."""
    assert not model_utils.is_infra_validated(blessing)
    return blessing.get_string_custom_property("failure")


def twice_as_likely(pixels, _):
    return tf.ones([tf.shape(pixels)[0], 2])


def not_a_number(pixels, _):
    return tf.fill([tf.shape(pixels)[0], 2], float("nan"))


@pytest.mark.parametrize("probabilities", [twice_as_likely, not_a_number])
def test_probabilities_that_do_not_sum_to_one_are_not_blessed(tmp_path, probabilities):
    model = model_of(tmp_path, probabilities)

    assert "sum to" in failure(serve(tmp_path, model))


def by_position(pixels, _):
    """The first image of a batch is blue, whatever it shows."""
    return tf.one_hot(tf.minimum(tf.range(tf.shape(pixels)[0]), 1), 2)


def test_an_answer_that_depends_on_its_batch_is_not_blessed(tmp_path):
    model = model_of(tmp_path, by_position)

    assert "depends on its batch, by 1.0" in failure(serve(tmp_path, model))


def one_row(pixels, _):
    return tf.constant([[0.5, 0.5]])


def test_fewer_answers_than_images_are_not_blessed(tmp_path):
    model = model_of(tmp_path, one_row)

    assert failure(serve(tmp_path, model))


def serve_masks(folder, scores=tiny_masks.by_colour):
    model = tiny_masks.model_of(folder, scores)
    return run(folder, model, tiny_masks.examples(folder), tiny_masks.EXPERIMENT)


def test_a_segmenter_is_served_too(tmp_path):
    blessing = serve_masks(tmp_path)

    assert blessing.get_string_custom_property("failure") == ""
    assert model_utils.is_infra_validated(blessing)


def first_of_its_batch(pixels, _):
    """The first image of a batch is red, whatever it shows."""
    numbers = tf.range(tf.shape(pixels)[0])
    return pixels * 0 + tf.one_hot(tf.minimum(numbers, 1), 3)[:, None, None]


def test_masks_that_depend_on_their_batch_are_not_blessed(tmp_path):
    assert "depends on its batch" in failure(serve_masks(tmp_path, first_of_its_batch))
