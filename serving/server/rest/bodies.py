"""Reads the bodies of requests: bounded in bytes and seconds, unpacked if they are gzip."""

from __future__ import annotations

import asyncio
import zlib

from grpc import StatusCode
from starlette.requests import ClientDisconnect, Request

from serving.server.request_errors import BadInput, RequestError
from serving.server.rest.limits import BodyCounter, Limits

GZIP = 16 + zlib.MAX_WBITS  # zlib.decompressobj: a gzip header is required.


async def read_body(request: Request, counter: BodyCounter, limits: Limits) -> bytes:
    """The body as it was sent. Raises RequestError if it is too large or too slow."""
    counter.budget.check(_read_length(request))
    try:
        return await asyncio.wait_for(_collect(request, counter), limits.upload_seconds)
    except asyncio.TimeoutError as error:
        raise RequestError(
            StatusCode.DEADLINE_EXCEEDED,
            f"The body did not arrive within {limits.upload_seconds:g} s.",
        ) from error
    except ClientDisconnect as error:
        raise RequestError(StatusCode.CANCELLED, "The client closed the connection.") from error


def unpack(body: bytes, limit: int) -> bytes:
    """The body that gzip packed. Raises BadInput if it is damaged or over `limit` bytes."""
    parts, size = [], 0
    while body:
        unpacker = zlib.decompressobj(GZIP)
        try:
            parts.append(unpacker.decompress(body, limit - size + 1))
        except zlib.error as error:
            raise BadInput(f"The body is not gzip ({error}).") from error
        size += len(parts[-1])
        if size > limit:
            raise BadInput(f"The body has more than {limit} bytes when it is unpacked.")
        if not unpacker.eof:
            raise BadInput("The body is not gzip (it ends too early).")
        body = unpacker.unused_data
    return b"".join(parts)


async def _collect(request: Request, counter: BodyCounter) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        counter.reach(len(body) + len(chunk))
        body += chunk
    return body  # Not copied: it may be large.


def _read_length(request: Request) -> int:
    """The announced size: an upload that is too large is refused before it arrives."""
    text = request.headers.get("content-length", "0")
    return int(text) if text.isdecimal() else 0
