"""The client for asyncio, over both protocols, against a live server."""

import asyncio
import socket
import time

import pytest

from serving.client import (
    DeadlineExceeded,
    NotAnImage,
    RequestRejected,
    ServerUnreachable,
    connect,
    connect_async,
)
from tests.fakes import saved_models
from tests.fakes.saved_models import draw

SCHEMES = ["grpc", "http"]
COLOURS = ["red", "green", "blue", "green", "red"] * 4


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    root = tmp_path_factory.mktemp("served")
    saved_models.publish(root / "colours", 7)
    with saved_models.served(root) as server:
        yield server


@pytest.fixture(params=SCHEMES)
def url(server, request):
    port = server.grpc_port if request.param == "grpc" else server.rest_port
    return f"{request.param}://localhost:{port}"


def run(url, ask, model="colours", **options):
    """Awaits ask(client) in an event loop of its own."""

    async def with_client():
        async with connect_async(url, model, **options) as client:
            return await ask(client)

    return asyncio.run(with_client())


def test_answers_are_those_of_the_other_client(url):
    images = [draw("red"), draw("green", 40, 30, kind="JPEG")]

    with connect(url, "colours", timeout=30) as client:
        expected = client.classify(images)

    assert run(url, lambda client: client.classify(images), timeout=30) == expected


def test_requests_at_once_share_a_client(url):
    async def ask(client):
        return await asyncio.gather(*(client.ask([draw(colour)]) for colour in COLOURS))

    assert [found[0].label for found in run(url, ask, timeout=30)] == COLOURS


def test_many_images_come_in_order(url):
    async def ask(client):
        images = map(draw, COLOURS)
        return [found.label async for found in client.classify_many(images, batch=3)]

    assert run(url, ask, timeout=30) == COLOURS


def test_versions_are_listed(url):
    (version,) = run(url, lambda client: client.list_versions())

    assert (version.version, version.state) == (7, "AVAILABLE")


def test_errors_are_those_of_the_other_client(url):
    with pytest.raises(RequestRejected, match="roses"):
        run(url, lambda client: client.classify([draw("red")]), "roses")
    with pytest.raises(NotAnImage) as refused:
        run(url, lambda client: client.classify([draw("red"), b"%PDF-1.7"]))
    assert refused.value.position == 1


@pytest.mark.parametrize("scheme", SCHEMES)
def test_no_server_is_not_reachable(scheme):
    with socket.create_server(("127.0.0.1", 0)) as closed_soon:
        port = closed_soon.getsockname()[1]

    with pytest.raises(ServerUnreachable, match=f"127.0.0.1:{port}"):
        run(f"{scheme}://127.0.0.1:{port}", lambda client: client.list_versions(), timeout=2)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_server_that_never_answers_ends_at_the_deadline(scheme):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"{scheme}://127.0.0.1:{silent.getsockname()[1]}"
        begin = time.monotonic()
        with pytest.raises(DeadlineExceeded):
            run(url, lambda client: client.list_versions(), timeout=0.3)

    assert time.monotonic() - begin < 60
