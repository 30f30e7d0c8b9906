"""Warm-up requests: every signature that clients call, in the sizes of the training images."""

from __future__ import annotations

import pytest
import tensorflow as tf
from tensorflow_serving.apis import prediction_log_pb2

from components import warmup_requests
from tests.fakes import tiny, tiny_runs


@pytest.mark.parametrize(
    ("boundaries", "sides"),
    [
        pytest.param((17.4, 30.0), [17, 30], id="as-found"),
        pytest.param((30.0, 99.0, 500.0), [30, 64], id="scaled-down-to-the-limit"),
        pytest.param((), [], id="none"),
    ],
)
def test_the_sides_are_those_that_the_model_sees(boundaries, sides):
    assert warmup_requests.choose_sides(boundaries, 64) == sides


def test_each_signature_gets_each_size(tmp_path):
    folder = tiny_runs.save(tmp_path / "model")
    images = [tiny_runs.png("red", 16), tiny_runs.png("blue", 18)]

    warmup_requests.write(str(folder), "colours", images, [8, 24])

    encoded, pixels, padded = (
        [request.inputs for request in read(folder, name)]
        for name in ("serving_default", "predict_pixels", "predict_padded_pixels")
    )
    assert [len(inputs["image_bytes"].string_val) for inputs in encoded] == [1, 2, 1, 1]
    assert [shape(inputs["pixels"]) for inputs in pixels] == [(1, 8, 8, 3), (1, 24, 24, 3)]
    assert [tf.make_ndarray(i["sizes"]).tolist() for i in padded] == [[[8, 4]], [[24, 12]]]


def test_a_grey_model_gets_pixels_of_one_channel(tmp_path):
    module = tf.Module()
    module.answer = tf.function(
        lambda pixels: {"mean": pixels},
        input_signature=[tf.TensorSpec([None, None, None, 1], tf.float32, "pixels")],
    )
    tf.saved_model.save(module, str(tmp_path), signatures={"predict_pixels": module.answer})

    warmup_requests.write(str(tmp_path), "greys", [tiny.png(tiny.pixels(9, 9))], [8])

    (request,) = read(tmp_path, "predict_pixels")
    assert shape(request.inputs["pixels"]) == (1, 8, 8, 1)


def test_a_signature_that_the_model_lacks_gets_none(tmp_path):
    module = tf.Module()
    module.answer = tf.function(
        lambda pixels: {"mean": pixels},
        input_signature=[tf.TensorSpec([None, None, None, 3], tf.float32, "pixels")],
    )
    tf.saved_model.save(module, str(tmp_path), signatures={"predict_pixels": module.answer})

    warmup_requests.write(str(tmp_path), "colours", [tiny.png(tiny.pixels(9, 9))], [8])

    assert read(tmp_path, "serving_default") == []
    assert len(read(tmp_path, "predict_pixels")) == 1


def read(folder, signature):
    """The requests of the file for a signature."""
    records = tf.data.TFRecordDataset(f"{folder}/{warmup_requests.FILE}").as_numpy_iterator()
    logs = [prediction_log_pb2.PredictionLog.FromString(record) for record in records]
    requests = [log.predict_log.request for log in logs]
    return [each for each in requests if each.model_spec.signature_name == signature]


def shape(tensor):
    return tf.make_ndarray(tensor).shape
