"""A model's status and metadata as TF Serving's JSON printer writes them.

tensorflow_serving/model_servers/http_rest_api_util.cc, ToJsonString: with default values.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterable, Mapping
from typing import Any

from google.protobuf import json_format
from google.protobuf.message import Message
from tensorflow.core.framework import types_pb2
from tensorflow.core.protobuf import meta_graph_pb2
from tensorflow_serving.apis import get_model_metadata_pb2

from serving.server.rest.predict_json import InputType, SignatureTypes

Definitions = Mapping[str, meta_graph_pb2.SignatureDef]

# Protobuf 5 renamed the option, and left fields with presence out.
WITH_DEFAULTS = next(
    name
    for name in ("always_print_fields_with_no_presence", "including_default_value_fields")
    if name in inspect.signature(json_format.MessageToDict).parameters
)


def write_status(statuses: Iterable[tuple[int, str, str, str]]) -> bytes:
    """The answer to a model's path, from versions, states, codes and texts of errors."""
    written = [
        {
            "version": str(version),
            "state": state,
            "status": {"error_code": code, "error_message": text},
        }
        for version, state, code, text in statuses
    ]
    return _dump({"model_version_status": written})


def write_metadata(name: str, version: int, definitions: Definitions) -> bytes:
    """The answer to `/metadata`: inputs and outputs of all signatures."""
    signatures = get_model_metadata_pb2.SignatureDefMap(signature_def=definitions)
    return _dump(
        {
            "model_spec": {"name": name, "signature_name": "", "version": str(version)},
            "metadata": {"signature_def": _print(signatures)},
        }
    )


def read_types(definitions: Definitions) -> SignatureTypes:
    """The types of all signatures' inputs, in a form that needs no TensorFlow."""
    return {
        name: {
            key: InputType(
                types_pb2.DataType.Name(tensor.dtype).removeprefix("DT_").lower(),
                key not in definition.defaults,
            )
            for key, tensor in definition.inputs.items()
        }
        for name, definition in definitions.items()
    }


def _print(message: Message) -> dict[str, Any]:
    options: dict[str, Any] = {WITH_DEFAULTS: True, "preserving_proto_field_name": True}
    return json_format.MessageToDict(message, **options)


def _dump(document: dict[str, Any]) -> bytes:
    return json.dumps(document, indent=1).encode()
