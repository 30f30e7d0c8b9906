"""Messages of TF Serving's configuration files that tensorflow-serving-api has no modules for.

In tensorflow_serving/: servables/tensorflow/session_bundle_config.proto,
config/monitoring_config.proto and config/ssl_config.proto.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from google.protobuf import (
    descriptor_pb2,
    descriptor_pool,
    message_factory,
    text_format,
    wrappers_pb2,
)

PACKAGE = "tensorflow.serving"
FILE = f"""
name: "serving/config_messages.proto" package: "{PACKAGE}" syntax: "proto3"
dependency: "google/protobuf/wrappers.proto"
message_type {{
  name: "BatchingParameters"
  field {{ name: "max_batch_size" number: 1 type_name: ".google.protobuf.Int64Value" }}
  field {{ name: "batch_timeout_micros" number: 2 type_name: ".google.protobuf.Int64Value" }}
  field {{ name: "max_enqueued_batches" number: 3 type_name: ".google.protobuf.Int64Value" }}
  field {{ name: "num_batch_threads" number: 4 type_name: ".google.protobuf.Int64Value" }}
  field {{ name: "thread_pool_name" number: 5 type_name: ".google.protobuf.StringValue" }}
  field {{ name: "enable_large_batch_splitting" number: 8 type_name: ".google.protobuf.BoolValue" }}
  field {{ name: "max_execution_batch_size" number: 9 type_name: ".google.protobuf.Int64Value" }}
  field {{ name: "allowed_batch_sizes" number: 6 type: TYPE_INT64 label: LABEL_REPEATED }}
  field {{ name: "pad_variable_length_inputs" number: 7 type: TYPE_BOOL }}
}}
message_type {{
  name: "PrometheusConfig"
  field {{ name: "enable" number: 1 type: TYPE_BOOL }}
  field {{ name: "path" number: 2 type: TYPE_STRING }}
}}
message_type {{
  name: "MonitoringConfig"
  field {{ name: "prometheus_config" number: 1 type_name: ".{PACKAGE}.PrometheusConfig" }}
}}
message_type {{
  name: "SSLConfig"
  field {{ name: "server_key" number: 1 type: TYPE_STRING }}
  field {{ name: "server_cert" number: 2 type: TYPE_STRING }}
  field {{ name: "custom_ca" number: 3 type: TYPE_STRING }}
  field {{ name: "client_verify" number: 4 type: TYPE_BOOL }}
}}
"""


def find_message(name: str) -> type[Any]:
    """The class of a message: BatchingParameters, MonitoringConfig or SSLConfig."""
    descriptor = _build_pool().FindMessageTypeByName(f"{PACKAGE}.{name}")
    if hasattr(message_factory, "GetMessageClass"):
        made: type[Any] = message_factory.GetMessageClass(descriptor)
        return made
    return message_factory.MessageFactory().GetPrototype(descriptor)  # protobuf 3.20.


@cache
def _build_pool() -> descriptor_pool.DescriptorPool:
    """A pool of its own: modules of the same messages may be in the default one."""
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(wrappers_pb2.DESCRIPTOR.serialized_pb)
    file = text_format.Parse(FILE, descriptor_pb2.FileDescriptorProto())
    pool.Add(file)
    return pool
