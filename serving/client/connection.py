"""Connects to one model, over gRPC or REST.

with connect("grpc://localhost:8500", "flowers") as client:
    for prediction in client.classify([Path("rose.jpg").read_bytes()]):
        print(prediction.label, prediction.probabilities)

async with connect_async("https://models.example.com", "flowers") as client:
    predictions = await client.classify([image])
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import SplitResult, urlsplit

from serving.client.async_client import AsyncClient
from serving.client.client import Client
from serving.client.routes import Route
from serving.client.settings import Settings
from serving.client.tls import TLS
from serving.client.transport import Api

if TYPE_CHECKING:
    from serving.client.request_log import RequestLog

GRPC_PORT = 8500  # TF Serving's default; used if a URL names no port.


def connect(
    url: str,
    model: str,
    *,
    timeout: float = 10.0,
    attempts: int = 3,
    version: int | None = None,
    label: str | None = None,
    canary_percent: float | None = None,
    tls: TLS | None = None,
    compress: bool = False,
    log: RequestLog | None = None,
) -> Client:
    """A client for grpc://HOST:PORT or http://HOST:PORT; grpcs and https are encrypted.

    A call ends after `timeout` seconds; until then it is tried up to `attempts` times. Requests ask
    the newest version, or `version`, or the one with the version label `label`; or, for
    `canary_percent` of them, the one with the label `canary`, else `stable`. `compress` sends gzip
    over REST. `log` samples requests. Connects at the first request. Raises ValueError for an
    option that is out of range or another URL, UnusableProxy or UnusableCertificate.
    """
    route = Route(version=version, label=label, canary_percent=canary_percent)
    settings = Settings(model=model, timeout=timeout, attempts=attempts, route=route, log=log)
    link = _find_link(url, model, tls, compress)
    return Client(link.api, link.wire(link.address, link.tls), settings)


def connect_async(
    url: str,
    model: str,
    *,
    timeout: float = 10.0,
    attempts: int = 3,
    version: int | None = None,
    label: str | None = None,
    canary_percent: float | None = None,
    tls: TLS | None = None,
    compress: bool = False,
    log: RequestLog | None = None,
) -> AsyncClient:
    """As `connect`, for asyncio: a client for `async with`. Call it in or outside of a loop."""
    route = Route(version=version, label=label, canary_percent=canary_percent)
    settings = Settings(model=model, timeout=timeout, attempts=attempts, route=route, log=log)
    link = _find_link(url, model, tls, compress)
    return AsyncClient(link.api, link.async_wire(link.address, link.tls), settings)


class _Link(NamedTuple):
    """A protocol's calls and wires, and the address as the wires take it."""

    api: Api
    address: str
    tls: TLS | None
    wire: Callable[[str, TLS | None], Any]
    async_wire: Callable[[str, TLS | None], Any]


def _find_link(url: str, model: str, tls: TLS | None, compress: bool) -> _Link:
    """Imports the library of the protocol, and no other."""
    parts = _split(url)
    encrypted = parts.scheme in ("grpcs", "https")
    if tls and not encrypted:
        raise ValueError(
            f"{url!r} is not encrypted, so tls has no use: write grpcs:// or https://."
        )
    if parts.scheme in ("http", "https"):
        from serving.client.over_rest.api import RestApi
        from serving.client.over_rest.wire import AsyncRestWire, RestWire

        return _Link(RestApi(model, compress=compress), url, tls, RestWire, AsyncRestWire)
    from serving.client.over_grpc.api import GrpcApi
    from serving.client.over_grpc.wire import AsyncGrpcWire, GrpcWire

    target = parts.netloc if parts.port else f"{parts.netloc}:{GRPC_PORT}"
    used = (tls or TLS()) if encrypted else None
    return _Link(GrpcApi(model), target, used, GrpcWire, AsyncGrpcWire)


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - raises ValueError for one that is not a number up to 65535.
    except ValueError as error:
        raise _refuse(url) from error
    if parts.scheme not in ("grpc", "grpcs", "http", "https") or not parts.hostname:
        raise _refuse(url)
    return parts


def _refuse(url: str) -> ValueError:
    return ValueError(
        f"{url!r} is not a server address: write grpc://HOST:PORT or http://HOST:PORT (grpcs or "
        "https if it is encrypted), with an IPv6 address in brackets, such as http://[::1]:8501."
    )
