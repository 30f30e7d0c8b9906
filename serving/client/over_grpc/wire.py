"""Sends the calls of TF Serving's gRPC services, and turns gRPC's errors into ours."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import grpc

from serving.client.errors import (
    DeadlineExceeded,
    RequestRejected,
    ServerFailed,
    ServerNotReady,
    ServerUnavailable,
    ServerUnreachable,
    ServingError,
)
from serving.client.over_grpc.api import Call
from serving.client.proxies import is_loopback
from serving.client.tls import TLS

OPTIONS = [
    ("grpc.max_send_message_length", -1),
    ("grpc.max_receive_message_length", -1),  # Default 4 MB: less than one large mask.
    ("grpc.initial_reconnect_backoff_ms", 100),  # Default 1 s, in which retries are not sent.
    # Servers allow a ping every 5 minutes, and load balancers close idle connections after 350 s.
    ("grpc.keepalive_time_ms", 330_000),
    ("grpc.keepalive_permit_without_calls", 1),
]
NO_PROXY = ("grpc.enable_http_proxy", 0)
# All addresses of a name in turn, as those of the pods of a headless service; default: the first.
IN_TURN = ("grpc.service_config", '{"loadBalancingConfig": [{"round_robin": {}}]}')
REJECTED = {
    grpc.StatusCode.INVALID_ARGUMENT,
    grpc.StatusCode.NOT_FOUND,
    grpc.StatusCode.FAILED_PRECONDITION,
    grpc.StatusCode.OUT_OF_RANGE,
    grpc.StatusCode.UNIMPLEMENTED,
    grpc.StatusCode.PERMISSION_DENIED,
    grpc.StatusCode.UNAUTHENTICATED,
}
NOT_READY = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.RESOURCE_EXHAUSTED)
NO_ANSWER = (  # What gRPC itself reports about connections.
    "failed to connect",
    "connections to all backends failing",
    "DNS resolution failed",
    "Connection reset",
    "Socket closed",
    "Broken pipe",
    "recvmsg",
    "keepalive",
    "Endpoint",
    "Stream removed",
    "Received http2 header",
    "Channel closed",
)


class GrpcWire:
    """Sends to HOST:PORT, encrypted if there are TLS options."""

    def __init__(self, target: str, tls: TLS | None) -> None:
        self._target = target
        self._channel = _open_channel(grpc, target, tls)

    def send(self, call: Call, seconds: float) -> Any:
        """The parsed reply within this time. Raises ServingError."""
        try:
            return _find_method(self._channel, call)(call.request, timeout=seconds)
        except grpc.RpcError as error:
            raise explain(self._target, error) from error

    def close(self) -> None:
        """Closes the channel."""
        self._channel.close()


class AsyncGrpcWire:
    """As GrpcWire. Its channel belongs to the event loop of its first call."""

    def __init__(self, target: str, tls: TLS | None) -> None:
        self._target = target
        self._tls = tls
        self._channel: Any = None

    async def send(self, call: Call, seconds: float) -> Any:
        """The parsed reply within this time. Raises ServingError."""
        if self._channel is None:
            self._channel = _open_channel(grpc.aio, self._target, self._tls)
        try:
            return await _find_method(self._channel, call)(call.request, timeout=seconds)
        except grpc.RpcError as error:
            raise explain(self._target, error) from error

    async def close(self) -> None:
        """Closes the channel."""
        if self._channel is not None:
            await self._channel.close()


def _open_channel(library: Any, target: str, tls: TLS | None) -> Any:
    """A channel of grpc or of grpc.aio, which have the same functions."""
    direct = is_loopback(urlsplit(f"//{target}").hostname)
    options = [*OPTIONS, NO_PROXY if direct else IN_TURN]
    if tls is None:
        return library.insecure_channel(target, options=options)
    return library.secure_channel(target, _read_credentials(tls), options=options)


def _read_credentials(tls: TLS) -> grpc.ChannelCredentials:
    files = tls.read()
    return grpc.ssl_channel_credentials(files.ca, files.key, files.certificate)


def _find_method(channel: Any, call: Call) -> Any:
    serialize = type(call.request).SerializeToString
    return channel.unary_unary(
        call.method, request_serializer=serialize, response_deserializer=call.parse
    )


def explain(target: str, error: Any) -> ServingError:
    """Our error for one of gRPC, with the server's text."""
    code, text = error.code(), f"{error.details()}"
    if code in REJECTED:
        return RequestRejected(text)
    return find_kind(code, text)(f"{target}: {code.name}: {text}")


def find_kind(code: grpc.StatusCode, text: str) -> type[ServerUnavailable]:
    """Whether the server answered at all: gRPC gives its answers and its absence one code."""
    if code is grpc.StatusCode.DEADLINE_EXCEEDED:
        return DeadlineExceeded
    if text.startswith(NO_ANSWER):
        return ServerUnreachable
    return ServerNotReady if code in NOT_READY else ServerFailed
