"""The calls of TF Serving's gRPC services, and what their replies mean."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from serving.client.answers import Arrays, Outputs, VersionStatus
from serving.client.over_grpc import messages
from serving.client.routes import ModelVersion

PREDICT = "/tensorflow.serving.PredictionService/Predict"
GET_STATUS = "/tensorflow.serving.ModelService/GetModelStatus"
GET_METADATA = "/tensorflow.serving.PredictionService/GetModelMetadata"
METADATA = "signature_def"  # The only metadata that there is.
INPUT = "image_bytes"
STATES = {10: "START", 20: "LOADING", 30: "AVAILABLE", 40: "UNLOADING", 50: "END"}


@dataclass(frozen=True)
class Call:
    """A method, its message, and how its reply is parsed."""

    method: str
    request: Any
    parse: Callable[[bytes], Any]


class GrpcApi:
    """Calls about one model."""

    def __init__(self, model: str) -> None:
        self._model = model

    def predict(self, images: Sequence[bytes], version: ModelVersion, signature: str = "") -> Call:
        """The call for a signature's outputs for images; `serving_default` without a name."""
        request = make_request(self._model, version, images)
        request.model_spec.signature_name = signature
        return Call(PREDICT, request, messages.PredictResponse.FromString)

    def read_outputs(self, reply: Any) -> Outputs:
        """Nested lists by output name."""
        return {found.key: _to_lists(found.key, found.value) for found in reply.outputs}

    def call(self, inputs: Arrays, version: ModelVersion, signature: str) -> Call:
        """The call for a signature's outputs for arrays of numbers."""
        from serving.client.over_grpc import tensors

        request = messages.PredictRequest()
        _fill_spec(request.model_spec, self._model, version)
        request.model_spec.signature_name = signature
        for name, array in inputs.items():
            request.inputs.add(key=name, value=tensors.write_numbers(array))
        return Call(PREDICT, request, messages.PredictResponse.FromString)

    def read_arrays(self, reply: Any) -> Arrays:
        """The outputs by name; strings are str."""
        from serving.client.over_grpc import tensors

        return {found.key: tensors.read_texts(found.key, found.value) for found in reply.outputs}

    def get_status(self) -> Call:
        """The call for the states of all versions."""
        request = messages.GetModelStatusRequest()
        request.model_spec.name = self._model
        return Call(GET_STATUS, request, messages.GetModelStatusResponse.FromString)

    def read_status(self, reply: Any) -> list[VersionStatus]:
        """Each version in the reply."""
        return [
            VersionStatus(
                found.version, STATES.get(found.state, "UNKNOWN"), found.status.error_message
            )
            for found in reply.model_version_status
        ]

    def get_metadata(self, version: ModelVersion) -> Call:
        """The call for the metadata of a version."""
        request = messages.GetModelMetadataRequest(metadata_field=[METADATA])
        _fill_spec(request.model_spec, self._model, version)
        return Call(GET_METADATA, request, messages.GetModelMetadataResponse.FromString)

    def read_version(self, reply: Any) -> int:
        """The number of the version that answered."""
        return int(reply.model_spec.version.value)


def make_request(model: str, version: ModelVersion, images: Sequence[bytes]) -> Any:
    """A PredictRequest for encoded images."""
    from serving.client.over_grpc import tensors  # Here, because NumPy takes as long as all others.

    request = messages.PredictRequest()
    _fill_spec(request.model_spec, model, version)
    request.inputs.add(key=INPUT, value=tensors.write_strings(images))
    return request


def _fill_spec(spec: Any, model: str, version: ModelVersion) -> None:
    spec.name = model
    if version.number is not None:
        spec.version.value = version.number
    spec.version_label = version.label


def _to_lists(name: str, tensor: Any) -> Any:
    """The values of an output as they come over REST."""
    from serving.client.over_grpc import tensors

    array = tensors.read_array(name, tensor)
    if name.endswith("_bytes"):
        return array.tolist()
    if array.dtype.kind == "f":  # The digits of float32: 0.1, not 0.1000000015.
        return array.astype("U32").astype(float).tolist()
    return _decode(array.tolist()) if array.dtype.kind == "O" else array.tolist()


def _decode(value: Any) -> Any:
    if isinstance(value, list):
        return [_decode(item) for item in value]
    return value.decode("utf-8", errors="replace")
