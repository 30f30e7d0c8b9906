"""TF Serving's messages, with the fields that the client uses, and without TensorFlow.

Names and numbers follow the published files: tensorflow/core/framework/{tensor,tensor_shape}.proto
of github.com/tensorflow/tensorflow; model, predict, get_model_status, status, logging and
prediction_log.proto in tensorflow_serving/apis/ of github.com/tensorflow/serving. Fields that are
not listed here are skipped when a message is read. On the wire, an enum is an int32, and a map is
a repeated message of `key` and `value`.
"""

from __future__ import annotations

from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

FIELDS: dict[str, tuple[str, ...]] = {
    "Dim": ("int64 size = 1",),
    "TensorShape": ("repeated Dim dim = 2", "bool unknown_rank = 3"),
    "Tensor": (
        "int32 dtype = 1",
        "TensorShape tensor_shape = 2",
        "bytes tensor_content = 4",
        "repeated float float_val = 5",
        "repeated double double_val = 6",
        "repeated int32 int_val = 7",
        "repeated bytes string_val = 8",
        "repeated int64 int64_val = 10",
        "repeated bool bool_val = 11",
        "repeated int32 half_val = 13",
        "repeated uint32 uint32_val = 16",
        "repeated uint64 uint64_val = 17",
    ),
    "NamedTensor": ("string key = 1", "Tensor value = 2"),
    "Int64Value": ("int64 value = 1",),
    "ModelSpec": (
        "string name = 1",
        "Int64Value version = 2",
        "string signature_name = 3",
        "string version_label = 4",
    ),
    "PredictRequest": ("ModelSpec model_spec = 1", "repeated NamedTensor inputs = 2"),
    "PredictResponse": ("repeated NamedTensor outputs = 1", "ModelSpec model_spec = 2"),
    "GetModelStatusRequest": ("ModelSpec model_spec = 1",),
    "Status": ("int32 error_code = 1", "string error_message = 2"),
    "ModelVersionStatus": ("int64 version = 1", "int32 state = 2", "Status status = 3"),
    "GetModelStatusResponse": ("repeated ModelVersionStatus model_version_status = 1",),
    "SamplingConfig": ("double sampling_rate = 1",),
    "LogMetadata": (
        "ModelSpec model_spec = 1",
        "SamplingConfig sampling_config = 2",
        "int64 timestamp_secs = 4",
    ),
    "PredictLog": ("PredictRequest request = 1", "PredictResponse response = 2"),
    "PredictionLog": ("LogMetadata log_metadata = 1", "PredictLog predict_log = 6"),
}
PACKAGE = "fcn_client"  # Names are not sent.


def _build() -> dict[str, Any]:
    """A class for each message, in a pool of its own, so that TensorFlow's may be loaded too."""
    file = descriptor_pb2.FileDescriptorProto(
        name="fcn_client.proto", package=PACKAGE, syntax="proto3"
    )
    for name, fields in FIELDS.items():
        message = file.message_type.add(name=name)
        for field in fields:
            _add_field(message, field)
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(file.SerializeToString())
    return {name: _make_class(pool, name) for name in FIELDS}


def _add_field(message: descriptor_pb2.DescriptorProto, line: str) -> None:
    """Adds the field of a line such as `repeated Dim dim = 2`."""
    *label, kind, name, _, number = line.split()
    types = descriptor_pb2.FieldDescriptorProto
    field = message.field.add(name=name, number=int(number))
    field.label = types.LABEL_REPEATED if label else types.LABEL_OPTIONAL
    if kind in FIELDS:
        field.type, field.type_name = types.TYPE_MESSAGE, f".{PACKAGE}.{kind}"
    else:
        field.type = types.Type.Value(f"TYPE_{kind.upper()}")


def _make_class(pool: descriptor_pool.DescriptorPool, name: str) -> Any:
    descriptor = pool.FindMessageTypeByName(f"{PACKAGE}.{name}")
    if hasattr(message_factory, "GetMessageClass"):
        return message_factory.GetMessageClass(descriptor)
    return message_factory.MessageFactory(pool).GetPrototype(descriptor)  # protobuf 3.


_CLASSES = _build()

Tensor = _CLASSES["Tensor"]
ModelSpec = _CLASSES["ModelSpec"]
PredictRequest = _CLASSES["PredictRequest"]
PredictResponse = _CLASSES["PredictResponse"]
GetModelStatusRequest = _CLASSES["GetModelStatusRequest"]
GetModelStatusResponse = _CLASSES["GetModelStatusResponse"]
PredictionLog = _CLASSES["PredictionLog"]
