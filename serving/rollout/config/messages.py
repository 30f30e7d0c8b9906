"""The fields of TF Serving's ModelServerConfig that roll-outs read and write, without TensorFlow.

Names and numbers follow tensorflow_serving/config/model_server_config.proto and
tensorflow_serving/sources/storage_path/file_system_storage_path_source.proto. In protobuf text, a
map is a repeated message of `key` and `value`.
"""

from __future__ import annotations

from serving.client.over_grpc import message_tables

FIELDS: dict[str, tuple[str, ...]] = {
    "ModelServerConfig": ("ModelConfigList model_config_list = 1",),
    "ModelConfigList": ("repeated ModelConfig config = 1",),
    "ModelConfig": (
        "string name = 1",
        "string base_path = 2",
        "ServableVersionPolicy model_version_policy = 7",
        "repeated VersionLabel version_labels = 8",
    ),
    "ServableVersionPolicy": ("Latest latest = 100", "All all = 101", "Specific specific = 102"),
    "Latest": ("uint32 num_versions = 1",),
    "All": (),
    "Specific": ("repeated int64 versions = 1",),
    "VersionLabel": ("string key = 1", "int64 value = 2"),
}
_CLASSES = message_tables.build(FIELDS, "fcn_rollout")

ModelServerConfig = _CLASSES["ModelServerConfig"]
ModelConfig = _CLASSES["ModelConfig"]
