"""Counts gRPC requests, with TF Serving's names and labels."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import grpc

from serving.server import metrics


class CountRequests(grpc.ServerInterceptor):
    """Counts each request by model and code, and measures those that succeed."""

    def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], grpc.RpcMethodHandler | None],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler | None:
        """The method's handler, with the counting around it."""
        handler = continuation(handler_call_details)
        if handler is None or handler.unary_unary is None:
            return handler
        return grpc.unary_unary_rpc_method_handler(
            _count(handler.unary_unary, handler_call_details.method.rpartition("/")[2]),
            handler.request_deserializer,
            handler.response_serializer,
        )


def _count(answer: Callable[..., Any], method: str) -> Callable[..., Any]:
    def count(request: Any, context: Any) -> Any:
        start, model = time.perf_counter(), _find_model(request)
        try:
            response = answer(request, context)
        except BaseException:
            code = context.code() or grpc.StatusCode.UNKNOWN
            metrics.REQUEST_COUNT.add(model, code.name)
            raise
        metrics.REQUEST_COUNT.add(model, "OK")
        micros = (time.perf_counter() - start) * metrics.MICROSECONDS
        metrics.REQUEST_LATENCY.observe(micros, model, method, "GRPC")
        return response

    return count


def _find_model(request: Any) -> str:
    """The name in the request; in that of the first task, if it has tasks."""
    parts = [request, *getattr(request, "tasks", [])[:1]]
    names = [part.model_spec.name for part in parts if hasattr(part, "model_spec")]
    return str(names[0]) if names else ""
