"""Why there is no answer: nobody listens, the server is not ready, it failed, or a proxy."""

import grpc
import httpx
import pytest

from serving.client import ServerFailed, ServerNotReady, ServerUnavailable, UnusableProxy, connect
from serving.client.grpc_client import _find_kind
from serving.client.rest_client import RestClient
from tests.fakes.saved_models import draw

PROXIES = ("ALL_PROXY", "all_proxy", "HTTP_PROXY", "http_proxy", "NO_PROXY", "no_proxy")


def ask(status, **answer):
    transport = httpx.MockTransport(lambda request: httpx.Response(status, **answer))
    with RestClient("http://h:1", "m", transport=transport, attempts=1) as client:
        client.classify([draw("red")])


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_server_that_is_busy_or_loading_is_not_ready(status):
    with pytest.raises(ServerNotReady, match="loading"):
        ask(status, json={"error": "loading."})


def test_an_error_of_the_server_is_its_failure():
    with pytest.raises(ServerFailed, match="HTTP 500"):
        ask(500, text="<html>")


@pytest.mark.parametrize(
    ("code", "text", "kind"),
    [
        (grpc.StatusCode.UNAVAILABLE, "failed to connect to all addresses", ServerUnavailable),
        (grpc.StatusCode.DEADLINE_EXCEEDED, "Deadline Exceeded", ServerUnavailable),
        (grpc.StatusCode.UNAVAILABLE, "Model 'm' is loading", ServerNotReady),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, "too many requests", ServerNotReady),
        (grpc.StatusCode.INTERNAL, "the graph failed", ServerFailed),
    ],
)
def test_grpc_tells_them_apart_too(code, text, kind):
    assert _find_kind(code, text) is kind


@pytest.mark.parametrize("proxy", ["socks5://user:secret@proxy:1080", "socks4://p:1", "x://y"])
def test_a_proxy_that_cannot_be_used_is_named_by_its_variable(monkeypatch, proxy):
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ALL_PROXY", proxy)

    with pytest.raises(UnusableProxy, match="ALL_PROXY") as refused:
        connect("http://models.example:8501", "m")

    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("url", ["http://[::1", "http://h:x", "http://h:99999", "grpc://h:x"])
def test_an_address_that_cannot_be_read_is_refused_with_examples(url):
    with pytest.raises(ValueError, match=r"http://\[::1\]:8501"):
        connect(url, "m")
