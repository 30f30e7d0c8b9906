"""TF Serving's REST paths over the handlers: https://www.tensorflow.org/tfx/serving/api_rest."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import uvicorn
from google.protobuf import json_format
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from serving.server import json_tensors
from serving.server.handlers import Handlers, ModelSpec
from serving.server.models.model_versions import VersionStatus
from serving.server.models.signature import DEFAULT_SIGNATURE
from serving.server.request_errors import BadInput, RequestError

STOP_SECONDS = 5  # Time for requests in flight to finish after stop().


def create_app(handlers: Handlers) -> Starlette:
    """The routes, each with and without a version."""

    async def predict(request: Request) -> Response:
        body = await request.body()
        return await run_in_threadpool(lambda: _predict(handlers, request, body))

    async def list_statuses(request: Request) -> Response:
        found = handlers.list_statuses(_read_spec(request))
        return _write_json({"model_version_status": [_write_status(status) for status in found]})

    async def read_metadata(request: Request) -> Response:
        return _read_metadata(handlers, _read_spec(request))

    routes = [
        Route(base + suffix, endpoint, methods=[method])
        for base in ("/v1/models/{name}", "/v1/models/{name}/versions/{version:int}")
        for suffix, endpoint, method in (
            (":predict", predict, "POST"),
            ("/metadata", read_metadata, "GET"),
            ("", list_statuses, "GET"),
        )
    ]
    return Starlette(
        routes=routes, exception_handlers={RequestError: _refuse, HTTPException: _report_malformed}
    )


class RestServer:
    """The app under uvicorn, in its own thread, on a socket that is already bound."""

    def __init__(self, handlers: Handlers, listener: socket.socket) -> None:
        config = uvicorn.Config(
            create_app(handlers), log_level="warning", timeout_graceful_shutdown=STOP_SECONDS
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, args=([listener],), name="rest", daemon=True
        )

    def start(self) -> None:
        """Starts the thread; returns when the server answers."""
        self._thread.start()
        while not self._server.started and self._thread.is_alive():
            time.sleep(0.01)

    def stop(self) -> None:
        """Ends the thread after the requests in flight."""
        self._server.should_exit = True
        self._thread.join()


def _predict(handlers: Handlers, request: Request, encoded: bytes) -> Response:
    body = _read_body(encoded)
    spec = _read_spec(request, body.get("signature_name", DEFAULT_SIGNATURE))
    answer = handlers.predict(spec, lambda signature: json_tensors.read_inputs(body, signature))
    return _write_json(json_tensors.write_outputs(body, answer.outputs))


def _read_metadata(handlers: Handlers, spec: ModelSpec) -> Response:
    version, definitions = handlers.read_signature_defs(spec)
    as_json: Callable[..., dict[str, Any]] = json_format.MessageToDict
    signatures = {
        name: as_json(definition, preserving_proto_field_name=True)
        for name, definition in sorted(definitions.items())
    }
    return _write_json(
        {
            "model_spec": {"name": spec.name, "signature_name": "", "version": str(version)},
            "metadata": {"signature_def": {"signature_def": signatures}},
        }
    )


def _read_body(encoded: bytes) -> dict[str, Any]:
    try:
        body = json.loads(encoded)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"JSON Parse error: {error}") from error
    if not isinstance(body, dict):
        raise BadInput(f"The body is a {type(body).__name__}: send a JSON object.")
    return body


def _read_spec(request: Request, signature_name: Any = DEFAULT_SIGNATURE) -> ModelSpec:
    if not isinstance(signature_name, str):
        raise BadInput(f"'signature_name' is {signature_name!r}: send a string.")
    name, version = request.path_params["name"], request.path_params.get("version")
    return ModelSpec(name, version, signature_name or DEFAULT_SIGNATURE)


def _write_status(status: VersionStatus) -> dict[str, Any]:
    code = "UNKNOWN" if status.error else "OK"
    return {
        "version": str(status.version),
        "state": status.state.name,
        "status": {"error_code": code, "error_message": status.error},
    }


def _write_json(content: dict[str, Any], status_code: int = 200) -> Response:
    # Starlette's JSONResponse refuses NaN and Infinity; TF Serving writes them.
    encoded = json.dumps(content, separators=(",", ":"))
    return Response(encoded, status_code, media_type="application/json")


async def _refuse(request: Request, error: Exception) -> Response:
    code = error.http_code if isinstance(error, RequestError) else 500
    return _write_json({"error": str(error)}, code)


async def _report_malformed(request: Request, error: Exception) -> Response:
    code = error.status_code if isinstance(error, HTTPException) else 500
    return _write_json({"error": f"Malformed request: {request.method} {request.url.path}"}, code)
