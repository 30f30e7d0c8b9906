"""Sends the calls of TF Serving's REST interface, and turns their failures into our errors."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from serving.client.errors import (
    DeadlineExceeded,
    NotTFServing,
    RequestRejected,
    ServerFailed,
    ServerNotReady,
    ServerUnreachable,
)
from serving.client.over_rest.api import Call
from serving.client.proxies import check_proxies, is_loopback
from serving.client.tls import TLS

NOT_READY = (429, 502, 503)  # The last server, or a proxy before it, is overloaded or starts.
TOO_LATE = 504
NOT_IMPLEMENTED = 501  # A refusal, although it is in the range of the server's errors.
CHUNK = 2**18  # Bytes that are sent between two looks at the clock.
LIMITS = httpx.Limits(
    max_connections=None,
    max_keepalive_connections=64,
    keepalive_expiry=60.0,  # Seconds. Default 5: too short for one request every few seconds.
)


class RestWire:
    """Sends to http://HOST:PORT. Tests replace the network by an httpx `transport`."""

    def __init__(
        self, base_url: str, tls: TLS | None, *, transport: httpx.BaseTransport | None = None
    ) -> None:
        with check_proxies():
            self._http = httpx.Client(transport=transport, **_make_options(base_url, tls))

    def send(self, call: Call, seconds: float) -> Any:
        """The JSON of the reply. Raises ServingError.

        The clock is read between chunks of bytes. A connection that passes none ends after the same
        time again, at the latest.
        """
        deadline = time.monotonic() + seconds
        content = _watch(_split(call.body), deadline) if call.body else None
        headers = {**call.headers, "Content-Length": str(len(call.body))} if content else None
        request = self._http.build_request(
            call.method, call.path, content=content, headers=headers, timeout=seconds
        )
        with _explain(request.url):
            response = self._http.send(request, stream=True)
            try:
                received = b"".join(_watch(response.iter_bytes(), deadline))
            finally:
                response.close()
        return read_reply(response, received)

    def close(self) -> None:
        """Closes all connections."""
        self._http.close()


class AsyncRestWire:
    """As RestWire, for asyncio."""

    def __init__(
        self, base_url: str, tls: TLS | None, *, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        with check_proxies():
            self._http = httpx.AsyncClient(transport=transport, **_make_options(base_url, tls))

    async def send(self, call: Call, seconds: float) -> Any:
        """The JSON of the reply within this time. Raises ServingError."""
        request = self._http.build_request(
            call.method, call.path, content=call.body, headers=call.headers, timeout=None
        )
        with _explain(request.url):
            response = await asyncio.wait_for(self._http.send(request), seconds)
        return read_reply(response, response.content)

    async def close(self) -> None:
        """Closes all connections."""
        await self._http.aclose()


def _make_options(base_url: str, tls: TLS | None) -> dict[str, Any]:
    """What both kinds of httpx client get. Requests to this machine bypass all proxies."""
    direct = is_loopback(httpx.URL(base_url).host)
    verify = True if tls is None else tls.make_context()
    return {"base_url": base_url, "limits": LIMITS, "trust_env": not direct, "verify": verify}


def _split(body: bytes) -> Iterator[bytes]:
    return (body[start : start + CHUNK] for start in range(0, len(body), CHUNK))


def _watch(chunks: Iterable[bytes], deadline: float) -> Iterator[bytes]:
    """The chunks. Raises TimeoutError for one that comes after the deadline."""
    for chunk in chunks:
        if time.monotonic() > deadline:
            raise TimeoutError
        yield chunk


@contextmanager
def _explain(url: httpx.URL) -> Iterator[None]:
    try:
        yield
    except (httpx.TimeoutException, TimeoutError, asyncio.TimeoutError) as error:
        raise DeadlineExceeded(f"{url}: no answer in time") from error
    except httpx.TransportError as error:
        raise ServerUnreachable(f"{url}: {error}") from error


def read_reply(response: httpx.Response, received: bytes) -> dict[str, Any]:
    """The JSON of a reply. Raises the error that its status stands for, with the server's text."""
    if response.is_success:
        return _read_json(response, received)
    reason = _read_reason(response, received)
    if response.status_code in NOT_READY:
        raise ServerNotReady(reason)
    if response.status_code == TOO_LATE:
        raise DeadlineExceeded(reason)
    if response.is_server_error and response.status_code != NOT_IMPLEMENTED:
        raise ServerFailed(reason)
    raise RequestRejected(reason)


def _read_json(response: httpx.Response, received: bytes) -> dict[str, Any]:
    try:
        return dict(json.loads(received))
    except (ValueError, TypeError) as error:
        raise NotTFServing(f"{response.url} does not answer as TF Serving does: {error}") from error


def _read_reason(response: httpx.Response, received: bytes) -> str:
    try:
        return str(json.loads(received)["error"]).rstrip(".")
    except (ValueError, KeyError, TypeError):  # Not TF Serving's answer: perhaps a proxy's page.
        return f"HTTP {response.status_code} {response.reason_phrase} from {response.url}"
