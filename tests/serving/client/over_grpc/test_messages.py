"""Our messages against those of tensorflow_serving: the same bytes mean the same."""

import numpy as np
import pytest
import tensorflow as tf
from google.protobuf import wrappers_pb2
from tensorflow.core.framework import tensor_pb2, tensor_shape_pb2
from tensorflow_serving.apis import (
    get_model_metadata_pb2,
    get_model_status_pb2,
    logging_pb2,
    model_pb2,
    predict_pb2,
    prediction_log_pb2,
    status_pb2,
)
from tensorflow_serving.config import logging_config_pb2

from serving.client.over_grpc import api, messages
from serving.client.routes import ModelVersion

ORIGINALS = {
    "Dim": tensor_shape_pb2.TensorShapeProto.Dim,
    "TensorShape": tensor_shape_pb2.TensorShapeProto,
    "Tensor": tensor_pb2.TensorProto,
    "NamedTensor": None,  # The entry of the maps below.
    "Int64Value": wrappers_pb2.Int64Value,
    "ModelSpec": model_pb2.ModelSpec,
    "PredictRequest": predict_pb2.PredictRequest,
    "PredictResponse": predict_pb2.PredictResponse,
    "GetModelMetadataRequest": get_model_metadata_pb2.GetModelMetadataRequest,
    "GetModelMetadataResponse": get_model_metadata_pb2.GetModelMetadataResponse,
    "GetModelStatusRequest": get_model_status_pb2.GetModelStatusRequest,
    "Status": status_pb2.StatusProto,
    "ModelVersionStatus": get_model_status_pb2.ModelVersionStatus,
    "GetModelStatusResponse": get_model_status_pb2.GetModelStatusResponse,
    "SamplingConfig": logging_config_pb2.SamplingConfig,
    "LogMetadata": logging_pb2.LogMetadata,
    "PredictLog": prediction_log_pb2.PredictLog,
    "PredictionLog": prediction_log_pb2.PredictionLog,
}


def test_every_message_is_compared():
    assert ORIGINALS.keys() == messages.FIELDS.keys()


@pytest.mark.parametrize("name", [name for name, message in ORIGINALS.items() if message])
def test_a_message_has_the_names_numbers_and_wire_types_of_the_original(name):
    ours = messages._CLASSES[name].DESCRIPTOR.fields
    original = ORIGINALS[name].DESCRIPTOR.fields_by_name

    assert ours
    assert {f.name: shape(f) for f in ours} == {f.name: shape(original[f.name]) for f in ours}


def shape(field):
    """What decides the bytes of a field; an enum has those of an int32."""
    enum, int32 = field.TYPE_ENUM, field.TYPE_INT32
    return field.number, int32 if field.type == enum else field.type, repeated(field)


def repeated(field):
    """Whether a field may have several values; newer protobufs name that differently."""
    named = getattr(field, "is_repeated", None)
    return field.label == field.LABEL_REPEATED if named is None else named


def test_the_entries_of_maps_are_named_tensors():
    entry = predict_pb2.PredictRequest.DESCRIPTOR.fields_by_name["inputs"].message_type
    ours = messages._CLASSES["NamedTensor"].DESCRIPTOR

    assert [shape(f) for f in ours.fields] == [shape(f) for f in entry.fields]


@pytest.mark.parametrize(
    ("version", "field", "value"),
    [
        (ModelVersion(), None, None),
        (ModelVersion(number=0), "version", wrappers_pb2.Int64Value(value=0)),
        (ModelVersion(number=7), "version", wrappers_pb2.Int64Value(value=7)),
        (ModelVersion(label="stable"), "version_label", "stable"),
    ],
)
def test_tf_serving_reads_our_request(version, field, value):
    sent = api.make_request("colours", version, [b"one", b"\0two\0"]).SerializeToString()

    read = predict_pb2.PredictRequest.FromString(sent)

    assert read.model_spec.name == "colours"
    assert read.model_spec.WhichOneof("version_choice") == field
    assert field is None or getattr(read.model_spec, field) == value
    images = tf.make_ndarray(read.inputs["image_bytes"])
    np.testing.assert_array_equal(images, np.array([b"one", b"\0two\0"], object))


def test_states_have_the_names_of_tf_serving():
    state = get_model_status_pb2.ModelVersionStatus.State

    assert {number: state.Name(number) for number in api.STATES} == api.STATES
    assert len(api.STATES) == len(state.keys()) - 1  # All but UNKNOWN.
