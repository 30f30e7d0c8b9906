"""Connects to one model, over gRPC or REST.

with connect("grpc://localhost:8500", "flowers") as client:
    for prediction in client.classify([Path("rose.jpg").read_bytes()]):
        print(prediction.label, prediction.probabilities)
"""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit

from serving.client.base import Client

GRPC_PORT = 8500  # TF Serving's default; used if a URL names no port.


def connect(url: str, model: str, *, timeout: float = 10.0, attempts: int = 3) -> Client:
    """A client for grpc://HOST:PORT, or for http://HOST:PORT (https too).

    Connects at the first request. Raises ValueError for any other URL.
    """
    parts = _split(url)
    if parts.scheme in ("http", "https") and parts.hostname:
        from serving.client.rest_client import RestClient

        return RestClient(url, model, timeout=timeout, attempts=attempts)
    if parts.scheme == "grpc" and parts.hostname:
        from serving.client.grpc_client import GrpcClient

        target = parts.netloc if parts.port else f"{parts.netloc}:{GRPC_PORT}"
        return GrpcClient(target, model, timeout=timeout, attempts=attempts)
    raise _refuse(url)


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - raises ValueError for one that is not a number up to 65535.
    except ValueError as error:
        raise _refuse(url) from error
    return parts


def _refuse(url: str) -> ValueError:
    return ValueError(
        f"{url!r} is not a server address: write grpc://HOST:PORT or http://HOST:PORT, with an "
        "IPv6 address in brackets, such as http://[::1]:8501."
    )
