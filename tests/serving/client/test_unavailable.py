"""Why there is no answer: nobody listens, the server is not ready, it failed, or a proxy."""

import grpc
import httpx
import pytest

from serving.client import (
    DeadlineExceeded,
    ServerFailed,
    ServerNotReady,
    ServerUnreachable,
    UnusableProxy,
    connect,
    connect_async,
)
from serving.client.over_grpc.wire import find_kind
from serving.client.over_rest.wire import read_reply

PROXIES = ("ALL_PROXY", "all_proxy", "HTTP_PROXY", "http_proxy", "NO_PROXY", "no_proxy")


def read(status, content):
    request = httpx.Request("POST", "http://h:1/v1/models/m:predict")
    return read_reply(httpx.Response(status, request=request), content)


@pytest.mark.parametrize("status", [429, 502, 503])
def test_a_server_that_is_busy_or_loading_is_not_ready(status):
    with pytest.raises(ServerNotReady, match="loading"):
        read(status, b'{"error": "loading."}')


def test_a_deadline_of_the_server_or_a_proxy_is_one_of_the_client():
    with pytest.raises(DeadlineExceeded, match="HTTP 504"):
        read(504, b"")


def test_an_error_of_the_server_is_its_failure():
    with pytest.raises(ServerFailed, match="HTTP 500"):
        read(500, b"<html>")


@pytest.mark.parametrize(
    ("code", "text", "kind"),
    [
        (grpc.StatusCode.UNAVAILABLE, "failed to connect to all addresses", ServerUnreachable),
        (grpc.StatusCode.DEADLINE_EXCEEDED, "Deadline Exceeded", DeadlineExceeded),
        (grpc.StatusCode.UNAVAILABLE, "Model 'm' is loading", ServerNotReady),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, "too many requests", ServerNotReady),
        (grpc.StatusCode.INTERNAL, "the graph failed", ServerFailed),
    ],
)
def test_grpc_tells_them_apart_too(code, text, kind):
    assert find_kind(code, text) is kind


@pytest.mark.parametrize("open_client", [connect, connect_async])
@pytest.mark.parametrize("proxy", ["socks5://user:secret@proxy:1080", "socks4://p:1", "x://y"])
def test_a_proxy_that_cannot_be_used_is_named_by_its_variable(monkeypatch, proxy, open_client):
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ALL_PROXY", proxy)

    with pytest.raises(UnusableProxy, match="ALL_PROXY") as refused:
        open_client("http://models.example:8501", "m")

    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("url", ["http://[::1", "http://h:x", "http://h:99999", "grpc://h:x"])
def test_an_address_that_cannot_be_read_is_refused_with_examples(url):
    with pytest.raises(ValueError, match=r"http://\[::1\]:8501"):
        connect(url, "m")
