"""TF Serving's gRPC services over the handlers, and the standard health service."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from tensorflow_serving.apis import (
    classification_pb2,
    get_model_metadata_pb2,
    get_model_status_pb2,
    inference_pb2,
    model_management_pb2,
    model_service_pb2_grpc,
    predict_pb2,
    prediction_service_pb2_grpc,
    regression_pb2,
)

from serving import printable
from serving.server import memory_budget
from serving.server.deadlines import Deadline
from serving.server.handlers import Handlers
from serving.server.models.examples import CLASSIFY, read_input
from serving.server.protocols import grpc_ports, messages, tensor_protos
from serving.server.protocols.grpc_ports import GrpcOptions
from serving.server.request_errors import BadInput, RequestError

MOST_LETTERS = 1024  # Of an error's text, as in TF Serving (grpc_status_util.cc).
HEALTHY = ("", "PredictionService", "ModelService")  # Names that TF Serving reports.

Response = TypeVar("Response")

log = logging.getLogger(__name__)


def create(handlers: Handlers, options: GrpcOptions) -> grpc.Server:
    """A server that has no port yet and is not started."""
    server = grpc_ports.create(options)
    prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(
        PredictionService(handlers, as_content=options.as_content), server
    )
    model_service_pb2_grpc.add_ModelServiceServicer_to_server(ModelService(handlers), server)
    healthy = health.HealthServicer()
    for name in HEALTHY:  # The port opens only when the models answer.
        healthy.set(name, health_pb2.HealthCheckResponse.SERVING)
    health_pb2_grpc.add_HealthServicer_to_server(healthy, server)
    return server


class PredictionService(prediction_service_pb2_grpc.PredictionServiceServicer):
    """tensorflow_serving/apis/prediction_service.proto."""

    def __init__(self, handlers: Handlers, *, as_content: bool = False) -> None:
        self._handlers = handlers
        self._as_content = as_content

    def Predict(  # noqa: N802
        self, request: predict_pb2.PredictRequest, context: grpc.ServicerContext
    ) -> predict_pb2.PredictResponse:
        """The outputs of one signature, or those in output_filter."""
        return _answer(context, lambda deadline: self._predict(request, deadline))

    def Classify(  # noqa: N802
        self, request: classification_pb2.ClassificationRequest, context: grpc.ServicerContext
    ) -> classification_pb2.ClassificationResponse:
        """The classes of each tf.Example."""
        return _answer(context, lambda deadline: self._classify(request, deadline))

    def Regress(  # noqa: N802
        self, request: regression_pb2.RegressionRequest, context: grpc.ServicerContext
    ) -> regression_pb2.RegressionResponse:
        """One value for each tf.Example."""
        return _answer(context, lambda deadline: self._regress(request, deadline))

    def MultiInference(  # noqa: N802
        self, request: inference_pb2.MultiInferenceRequest, context: grpc.ServicerContext
    ) -> inference_pb2.MultiInferenceResponse:
        """The answers of several signatures about the same tf.Examples."""
        return _answer(context, lambda deadline: self._infer(request, deadline))

    def GetModelMetadata(  # noqa: N802
        self,
        request: get_model_metadata_pb2.GetModelMetadataRequest,
        context: grpc.ServicerContext,
    ) -> get_model_metadata_pb2.GetModelMetadataResponse:
        """The signatures' inputs and outputs: `signature_def` is the only metadata field."""
        return _answer(context, lambda _: self._read_metadata(request))

    def _predict(
        self, request: predict_pb2.PredictRequest, deadline: Deadline
    ) -> predict_pb2.PredictResponse:
        spec = messages.read_spec(request)
        size = tensor_protos.count_bytes(request.inputs)
        with memory_budget.share_files().reserve(size):
            answer = self._handlers.predict(
                spec,
                lambda _: {n: tensor_protos.read(n, t) for n, t in request.inputs.items()},
                only=request.output_filter,
                deadline=deadline,
            )
        response = predict_pb2.PredictResponse(model_spec=messages.write_spec(answer.spec))
        for name, array in answer.outputs.items():
            tensor_protos.write(response.outputs[name], array, as_content=self._as_content)
        return response

    def _classify(
        self, request: classification_pb2.ClassificationRequest, deadline: Deadline
    ) -> classification_pb2.ClassificationResponse:
        rows = read_input(request.input)
        answer = self._handlers.classify(messages.read_spec(request), rows, deadline)
        return classification_pb2.ClassificationResponse(
            model_spec=messages.write_spec(answer.spec),
            result=messages.write_classes(answer.outputs),
        )

    def _regress(
        self, request: regression_pb2.RegressionRequest, deadline: Deadline
    ) -> regression_pb2.RegressionResponse:
        rows = read_input(request.input)
        answer = self._handlers.regress(messages.read_spec(request), rows, deadline)
        return regression_pb2.RegressionResponse(
            model_spec=messages.write_spec(answer.spec),
            result=messages.write_values(answer.outputs),
        )

    def _infer(
        self, request: inference_pb2.MultiInferenceRequest, deadline: Deadline
    ) -> inference_pb2.MultiInferenceResponse:
        tasks = [(messages.read_spec(task), task.method_name) for task in request.tasks]
        answers = self._handlers.multi_inference(tasks, read_input(request.input), deadline)
        response = inference_pb2.MultiInferenceResponse()
        for answer, (_, method) in zip(answers, tasks, strict=True):
            result = response.results.add(model_spec=messages.write_spec(answer.spec))
            found: Any = answer.outputs
            if method == CLASSIFY:
                result.classification_result.CopyFrom(messages.write_classes(found))
            else:
                result.regression_result.CopyFrom(messages.write_values(found))
        return response

    def _read_metadata(
        self, request: get_model_metadata_pb2.GetModelMetadataRequest
    ) -> get_model_metadata_pb2.GetModelMetadataResponse:
        spec = messages.read_spec(request)
        _check_fields(request.metadata_field)
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
        return _answer(context, lambda _: self._list_statuses(request))

    def HandleReloadConfigRequest(  # noqa: N802
        self, request: model_management_pb2.ReloadConfigRequest, context: grpc.ServicerContext
    ) -> model_management_pb2.ReloadConfigResponse:
        """Changes to another list of models; answers when the new ones do."""
        return _answer(context, lambda deadline: self._reload(request, deadline))

    def _list_statuses(
        self, request: get_model_status_pb2.GetModelStatusRequest
    ) -> get_model_status_pb2.GetModelStatusResponse:
        statuses = self._handlers.list_statuses(messages.read_spec(request))
        return get_model_status_pb2.GetModelStatusResponse(
            model_version_status=[messages.write_status(status) for status in statuses]
        )

    def _reload(
        self, request: model_management_pb2.ReloadConfigRequest, deadline: Deadline
    ) -> model_management_pb2.ReloadConfigResponse:
        self._handlers.reload_config(request.config, timeout=deadline.left)
        response = model_management_pb2.ReloadConfigResponse()
        response.status.error_code = grpc.StatusCode.OK.value[0]
        return response


def _answer(context: grpc.ServicerContext, handle: Callable[[Deadline], Response]) -> Response:
    """Every failure becomes a status with a text, and one line in the log."""
    deadline = Deadline(context.time_remaining())
    try:
        deadline.check()  # The request may have waited for a thread.
        return handle(deadline)
    except RequestError as error:
        code, text = error.code, str(error)
    # What no check has foreseen is one request's failure: the server goes on.
    except Exception as error:
        code, text = grpc.StatusCode.INTERNAL, f"{type(error).__name__}: {error}"
    log.warning("%s %s", code.name, printable.name(text))
    context.abort(code, text if len(text) <= MOST_LETTERS else text[:MOST_LETTERS] + "...TRUNCATED")
    raise AssertionError  # Not reached: abort raises, but type checkers do not know.


def _check_fields(fields: Sequence[str]) -> None:
    if not fields:
        raise BadInput("GetModelMetadataRequest must specify at least one metadata_field")
    for name in fields:
        if name != "signature_def":
            raise BadInput(f"Metadata field {name} is not supported")
