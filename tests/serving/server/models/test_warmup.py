"""Warm-up records, in TF Serving's file."""

import tensorflow as tf
from tensorflow_serving.apis import prediction_log_pb2

from serving.server.models.examples import REGRESS
from serving.server.models.servable import Servable
from serving.server.models.warmup import RECORDS, warm_up
from tests.fakes import saved_models
from tests.fakes.serving import tf1_models


def test_each_recorded_request_is_answered(tmp_path):
    folder = saved_models.publish(tmp_path, 1)
    saved_models.record_warm_up(folder, saved_models.draw("red"), saved_models.draw("blue"))

    assert warm_up(Servable(folder), folder) == 2


def test_a_version_without_records_needs_none(tmp_path):
    folder = saved_models.publish(tmp_path, 1)

    assert warm_up(Servable(folder), folder) == 0


def test_requests_about_examples_are_answered_too(tmp_path):
    folder = tf1_models.publish(tmp_path, 1)
    classify, regress, infer = (prediction_log_pb2.PredictionLog() for _ in range(3))
    classify.classify_log.request.model_spec.signature_name = "classify"
    regress.regress_log.request.model_spec.signature_name = "regress"
    task = infer.multi_inference_log.request.tasks.add(method_name=REGRESS)
    task.model_spec.signature_name = "regress"
    (folder / RECORDS).parent.mkdir()
    with tf.io.TFRecordWriter(str(folder / RECORDS)) as writer:
        for log in (classify, regress, infer):
            request = getattr(log, log.WhichOneof("log_type")).request
            request.input.example_list.examples.append(tf1_models.example(2.0))
            writer.write(log.SerializeToString())

    assert warm_up(Servable(folder), folder) == 3


def test_a_record_of_another_kind_is_named_in_the_log(tmp_path, caplog):
    folder = saved_models.publish(tmp_path, 1)
    other = prediction_log_pb2.PredictionLog()
    other.session_run_log.request.model_spec.name = "colours"
    (folder / RECORDS).parent.mkdir()
    with tf.io.TFRecordWriter(str(folder / RECORDS)) as writer:
        writer.write(other.SerializeToString())

    assert warm_up(Servable(folder), folder) == 0
    assert "session_run_log" in caplog.text
