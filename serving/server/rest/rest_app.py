"""TF Serving's REST interface as an ASGI application: its paths, codes, texts and headers.

https://www.tensorflow.org/tfx/serving/api_rest, tensorflow_serving/model_servers/http_server.cc.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from grpc import StatusCode
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from serving import printable
from serving.server import metrics
from serving.server.deadlines import Deadline
from serving.server.handlers import Handlers
from serving.server.request_errors import RequestError
from serving.server.rest import paths
from serving.server.rest.answers import Answers, Question, is_large
from serving.server.rest.bodies import read_body, unpack
from serving.server.rest.json_worker import PROCESSES, JsonWorkers
from serving.server.rest.limits import BodyBudget, BodyCounter, Limits
from serving.server.rest.paths import Target

log = logging.getLogger(__name__)

CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "POST, GET",
    "Access-Control-Allow-Headers": "Content-Type",
}
LOGGED = 300  # Characters of an error.
UNPACKING = 2  # Bodies that are unpacked at a time: each may grow to the limit of a body.

# What answers each path that TF Serving's interface lacks. Pages may raise RequestError.
Pages = Mapping[str, Callable[[Request], Awaitable[Response]]]


@dataclass(frozen=True, kw_only=True)
class RestOptions:
    """With `cors`, pages of other sites may ask. `metrics_path`: of Prometheus's page, if any."""

    limits: Limits = field(default_factory=Limits)
    cors: bool = False
    metrics_path: str | None = None
    pages: Pages = field(default_factory=dict)


class RestApp:
    """Answers requests, from creation to stop()."""

    def __init__(self, handlers: Handlers, options: RestOptions) -> None:
        limits = options.limits
        self._limits = limits
        self._headers = CORS if options.cors else {}
        self._metrics_path = options.metrics_path
        self._pages = options.pages
        self._budget = BodyBudget(limits)
        self._workers = JsonWorkers()
        self._answers = Answers(handlers, self._workers)
        self._threads = ThreadPoolExecutor(limits.threads, "rest")
        self._large_threads = ThreadPoolExecutor(PROCESSES, "rest-large")  # They wait for workers.
        self._unpacking_threads = ThreadPoolExecutor(UNPACKING, "rest-gzip")
        self._active = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI's entry point."""
        response = await self._respond(Request(scope, receive))
        await response(scope, receive, send)

    def stop(self) -> None:
        """Ends threads and processes, after the requests in flight."""
        for threads in (self._threads, self._large_threads, self._unpacking_threads):
            threads.shutdown()
        self._workers.stop()

    async def _respond(self, request: Request) -> Response:
        path = _read_path(request)
        if request.scope["path"] == self._metrics_path:
            return Response(metrics.write_page(), media_type="text/plain")
        try:
            if page := self._pages.get(request.scope["path"]):
                return await page(request)
            if not paths.PREFIX.fullmatch(path):
                raise RequestError(StatusCode.NOT_FOUND, f"Not found: {request.method} {path}")
            if request.method == "OPTIONS":
                return self._allow_origin(request)
            content = await self._answer(request, path)
        except RequestError as error:
            return self._refuse(request, error)
        except Exception as error:  # The last line of defence: never a bare 500.
            text = f"Internal error: {type(error).__name__}: {error}"
            return self._refuse(request, RequestError(StatusCode.INTERNAL, text))
        return Response(content, 200, self._headers, "application/json")

    async def _answer(self, request: Request, path: str) -> bytes:
        start, target = time.perf_counter(), None
        code = StatusCode.INTERNAL
        try:
            with self._budget.count() as counter:
                body = await read_body(request, counter, self._limits)
                target = paths.parse(request.method, path)
                encoding = request.headers.get("content-encoding", "")
                if "gzip" in encoding:
                    body = await self._unpack(body, counter)
                content = await self._run_in_turn(target, body)
            code = StatusCode.OK
        except RequestError as error:
            code = error.code
            raise
        finally:
            metrics.REQUEST_COUNT.add(target.name if target else "", code.name)
        micros = (time.perf_counter() - start) * metrics.MICROSECONDS
        metrics.REQUEST_LATENCY.observe(micros, target.name, target.verb, "REST")
        return content

    async def _unpack(self, body: bytes, counter: BodyCounter) -> bytes:
        loop = asyncio.get_running_loop()
        body = await loop.run_in_executor(
            self._unpacking_threads, unpack, body, self._limits.body_bytes
        )
        counter.reach(len(body))
        return body

    async def _run_in_turn(self, target: Target, body: bytes) -> bytes:
        if self._active >= self._limits.requests:
            raise RequestError(
                StatusCode.UNAVAILABLE,
                f"The server has {self._active} requests to answer: try again.",
            )
        self._active += 1
        question = Question(target, body, Deadline(self._limits.answer_seconds))
        try:
            return await asyncio.wait_for(self._run(question), self._limits.answer_seconds)
        except asyncio.TimeoutError as error:
            raise RequestError(
                StatusCode.DEADLINE_EXCEEDED,
                f"Timed out: no answer within {self._limits.answer_seconds:g} s.",
            ) from error
        finally:
            self._active -= 1

    async def _run(self, question: Question) -> bytes:
        threads = self._large_threads if is_large(question.body) else self._threads
        answer = getattr(self._answers, question.target.verb)
        return await asyncio.get_running_loop().run_in_executor(threads, answer, question)

    def _allow_origin(self, request: Request) -> Response:
        """The answer to a browser that asks whether it may send a request."""
        if not re.search("https?://", request.headers.get("origin", "")):
            raise RequestError(
                StatusCode.FAILED_PRECONDITION, "Origin header is missing in CORS preflight"
            )
        return Response(b"", 200, self._headers)

    def _refuse(self, request: Request, error: RequestError) -> Response:
        text = printable.name(str(error)[:LOGGED])
        path = printable.name(_read_path(request)[:LOGGED])
        log.warning("%s %s: %s: %s", request.method, path, error.code.name, text)
        content = json.dumps({"error": str(error)}, ensure_ascii=False)
        return Response(
            content.encode("utf-8", "replace"), error.http_code, self._headers, "application/json"
        )


def _read_path(request: Request) -> str:
    """The path and the query as they were sent: TF Serving reads them as one."""
    raw = request.scope["raw_path"]
    query = request.scope["query_string"]
    return (raw + b"?" + query if query else raw).decode("latin-1")
