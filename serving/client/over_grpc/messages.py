"""TF Serving's messages, with the fields that the client uses, and without TensorFlow.

Names and numbers follow the published files: tensorflow/core/framework/{tensor,tensor_shape}.proto
of github.com/tensorflow/tensorflow; model, predict, get_model_status, get_model_metadata, status,
logging and prediction_log.proto in tensorflow_serving/apis/ of github.com/tensorflow/serving.
Fields that are not listed here are skipped when a message is read. On the wire, an enum is an
int32, and a map is a repeated message of `key` and `value`.
"""

from __future__ import annotations

from serving.client.over_grpc import message_tables

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
    "GetModelMetadataRequest": ("ModelSpec model_spec = 1", "repeated string metadata_field = 2"),
    "GetModelMetadataResponse": ("ModelSpec model_spec = 1",),
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
_CLASSES = message_tables.build(FIELDS, PACKAGE)

Tensor = _CLASSES["Tensor"]
ModelSpec = _CLASSES["ModelSpec"]
PredictRequest = _CLASSES["PredictRequest"]
PredictResponse = _CLASSES["PredictResponse"]
GetModelStatusRequest = _CLASSES["GetModelStatusRequest"]
GetModelStatusResponse = _CLASSES["GetModelStatusResponse"]
GetModelMetadataRequest = _CLASSES["GetModelMetadataRequest"]
GetModelMetadataResponse = _CLASSES["GetModelMetadataResponse"]
PredictionLog = _CLASSES["PredictionLog"]
