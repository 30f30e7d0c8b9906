"""TF Serving's gRPC services over the handlers: Predict, GetModelMetadata, GetModelStatus."""

from __future__ import annotations

from collections.abc import Callable
from concurrent import futures
from typing import Any, TypeVar

import grpc
import numpy as np
import tensorflow as tf
from tensorflow_serving.apis import (
    get_model_metadata_pb2,
    get_model_status_pb2,
    model_pb2,
    model_service_pb2_grpc,
    predict_pb2,
    prediction_service_pb2_grpc,
)

from serving.server.handlers import Handlers, ModelSpec
from serving.server.model_versions import VersionStatus
from serving.server.request_errors import BadInput, InvalidTensor, RequestError
from serving.server.servable import DEFAULT_SIGNATURE

WORKERS = 16
OPTIONS = [
    ("grpc.max_send_message_length", -1),
    ("grpc.max_receive_message_length", -1),
    ("grpc.so_reuseport", 0),  # By default, two servers can share a port and its requests.
]

Response = TypeVar("Response")


def create(handlers: Handlers) -> grpc.Server:
    """A server that has no port yet and is not started."""
    server = grpc.server(futures.ThreadPoolExecutor(WORKERS, "grpc"), options=OPTIONS)
    prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(
        PredictionService(handlers), server
    )
    model_service_pb2_grpc.add_ModelServiceServicer_to_server(ModelService(handlers), server)
    return server


class PredictionService(prediction_service_pb2_grpc.PredictionServiceServicer):
    """tensorflow_serving/apis/prediction_service.proto."""

    def __init__(self, handlers: Handlers) -> None:
        self._handlers = handlers

    def Predict(  # noqa: N802
        self, request: predict_pb2.PredictRequest, context: grpc.ServicerContext
    ) -> predict_pb2.PredictResponse:
        """The outputs of one signature, or those in output_filter."""
        return _answer(context, lambda: self._predict(request))

    def GetModelMetadata(  # noqa: N802
        self,
        request: get_model_metadata_pb2.GetModelMetadataRequest,
        context: grpc.ServicerContext,
    ) -> get_model_metadata_pb2.GetModelMetadataResponse:
        """The signatures' inputs and outputs: `signature_def` is the only metadata field."""
        return _answer(context, lambda: self._read_metadata(request))

    def _predict(self, request: predict_pb2.PredictRequest) -> predict_pb2.PredictResponse:
        answer = self._handlers.predict(
            _read_spec(request.model_spec),
            lambda _: {name: _read_tensor(name, t) for name, t in request.inputs.items()},
            only=request.output_filter,
        )
        response = predict_pb2.PredictResponse(model_spec=_write_spec(answer.spec))
        for name, array in answer.outputs.items():
            response.outputs[name].CopyFrom(tf.make_tensor_proto(array))
        return response

    def _read_metadata(
        self, request: get_model_metadata_pb2.GetModelMetadataRequest
    ) -> get_model_metadata_pb2.GetModelMetadataResponse:
        if list(request.metadata_field) != ["signature_def"]:
            fields = list(request.metadata_field)
            raise BadInput(f"metadata_field is {fields}: use ['signature_def'].")
        spec = _read_spec(request.model_spec)
        version, signature_defs = self._handlers.read_signature_defs(spec)
        response = get_model_metadata_pb2.GetModelMetadataResponse()
        response.model_spec.name = spec.name
        response.model_spec.version.value = version
        response.metadata["signature_def"].Pack(
            get_model_metadata_pb2.SignatureDefMap(signature_def=signature_defs)
        )
        return response


class ModelService(model_service_pb2_grpc.ModelServiceServicer):
    """tensorflow_serving/apis/model_service.proto."""

    def __init__(self, handlers: Handlers) -> None:
        self._handlers = handlers

    def GetModelStatus(  # noqa: N802
        self, request: get_model_status_pb2.GetModelStatusRequest, context: grpc.ServicerContext
    ) -> get_model_status_pb2.GetModelStatusResponse:
        """The states of a model's versions, newest first."""
        return _answer(context, lambda: self._list_statuses(request))

    def _list_statuses(
        self, request: get_model_status_pb2.GetModelStatusRequest
    ) -> get_model_status_pb2.GetModelStatusResponse:
        statuses = self._handlers.list_statuses(_read_spec(request.model_spec))
        return get_model_status_pb2.GetModelStatusResponse(
            model_version_status=[_write_status(status) for status in statuses]
        )


def _answer(context: grpc.ServicerContext, handle: Callable[[], Response]) -> Response:
    try:
        return handle()
    except RequestError as error:
        context.abort(error.grpc_code, str(error))
        raise  # Not reached: abort raises, but type checkers do not know.


def _read_spec(spec: model_pb2.ModelSpec) -> ModelSpec:
    if not spec.name:
        raise BadInput("model_spec.name is empty: set it to the name of a model.")
    if spec.version_label:
        raise BadInput(f"version_label is {spec.version_label!r}: use model_spec.version.")
    version = spec.version.value if spec.HasField("version") else None
    return ModelSpec(spec.name, version, spec.signature_name or DEFAULT_SIGNATURE)


def _write_spec(spec: ModelSpec) -> model_pb2.ModelSpec:
    message = model_pb2.ModelSpec(name=spec.name, signature_name=spec.signature_name)
    message.version.value = spec.version
    return message


def _read_tensor(name: str, tensor: Any) -> np.ndarray:
    try:
        return tf.make_ndarray(tensor)
    except (TypeError, ValueError) as error:
        raise InvalidTensor(name, f"is not a valid tensor ({error})") from error


def _write_status(status: VersionStatus) -> get_model_status_pb2.ModelVersionStatus:
    message = get_model_status_pb2.ModelVersionStatus(version=status.version, state=status.state)
    if status.error:
        message.status.error_code = grpc.StatusCode.UNKNOWN.value[0]
        message.status.error_message = status.error
    return message
