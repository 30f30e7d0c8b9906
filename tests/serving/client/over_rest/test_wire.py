"""Requests over REST when the server, or a proxy before it, fails or refuses."""

import gzip
import json
import socket
import threading
import time

import httpx
import pytest

from serving.client import (
    DeadlineExceeded,
    NotTFServing,
    RequestRejected,
    ServerFailed,
    ServerNotReady,
    connect,
)
from serving.client.client import Client
from serving.client.over_rest.api import RestApi
from serving.client.over_rest.wire import RestWire
from serving.client.routes import Route
from serving.client.settings import Settings
from tests.fakes.saved_models import draw

ANSWER = {"outputs": {"label": ["red"], "probabilities": [[1.0]]}}


def client_answering(answer, *, attempts=3, compress=False, **route):
    wire = RestWire("http://server", None, transport=httpx.MockTransport(answer))
    settings = Settings(
        model="colours", timeout=10, attempts=attempts, route=Route(**route), log=None
    )
    return Client(RestApi("colours", compress=compress), wire, settings)


def test_a_server_that_is_not_ready_is_retried_until_it_answers():
    answers = [httpx.Response(503), httpx.Response(200, json={"model_version_status": []})]

    assert client_answering(lambda _: answers.pop(0)).list_versions() == []
    assert not answers


def test_attempts_are_as_many_as_configured():
    answers = [httpx.Response(503, json={"error": "loading"})] * 5

    with pytest.raises(ServerNotReady, match="loading"):
        client_answering(lambda _: answers.pop(0), attempts=2).list_versions()
    assert len(answers) == 3


@pytest.mark.parametrize(
    ("status", "error"), [(404, RequestRejected), (501, RequestRejected), (500, ServerFailed)]
)
def test_a_refusal_and_a_failure_are_not_retried_and_keep_the_servers_text(status, error):
    answers = [httpx.Response(status, json={"error": "no such model"})]

    with pytest.raises(error, match="no such model"):
        client_answering(lambda _: answers.pop(0)).list_versions()


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(httpx.Response(200, text="<html>Welcome</html>"), id="page"),
        pytest.param(httpx.Response(200, json={"status": "UP"}), id="other-json"),
    ],
)
def test_an_answer_that_is_not_tf_servings_is_refused_by_its_address(page):
    with pytest.raises(NotTFServing, match="/v1/models/colours"):
        client_answering(lambda _: page).list_versions()


@pytest.mark.parametrize(
    ("route", "path"),
    [
        ({}, "/v1/models/colours:predict"),
        ({"version": 0}, "/v1/models/colours/versions/0:predict"),
        ({"label": "stable"}, "/v1/models/colours/labels/stable:predict"),
        ({"canary_percent": 100}, "/v1/models/colours/labels/canary:predict"),
    ],
)
def test_a_version_is_a_part_of_the_path(route, path):
    asked = []

    def answer(request):
        asked.append(request.url.path)
        return httpx.Response(200, json=ANSWER)

    client_answering(answer, **route).classify([draw("red")])

    assert asked == [path]


def test_a_compressed_body_is_the_same_and_shorter():
    bodies = {}

    def answer(request):
        bodies[request.headers.get("Content-Encoding")] = request.content
        assert int(request.headers["Content-Length"]) == len(request.content)
        return httpx.Response(200, json=ANSWER)

    for compress in (False, True):
        client_answering(answer, compress=compress).classify([draw("red", 40, 30)])

    assert json.loads(gzip.decompress(bodies["gzip"])) == json.loads(bodies[None])
    assert len(bodies["gzip"]) < len(bodies[None])


def test_an_answer_that_trickles_in_ends_at_the_deadline():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        trickle = threading.Thread(target=send_slowly, args=(listener,))
        trickle.start()
        begin = time.monotonic()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with connect(url, "colours", timeout=0.3) as client, pytest.raises(DeadlineExceeded):
            client.list_versions()
        assert time.monotonic() - begin < 60
        trickle.join()


def send_slowly(listener):
    """Sends a byte every 20 ms, until the client leaves."""
    with listener.accept()[0] as server:
        server.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        try:
            for _ in range(1000):
                server.sendall(b" ")
                time.sleep(0.02)
        except OSError:
            return
