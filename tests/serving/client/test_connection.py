"""The two clients, which give the same answers, against a live server."""

import contextlib
import socket
import threading
import time

import pytest

from serving.client import NotAnImage, RequestRejected, ServerUnavailable, connect
from tests.fakes import saved_models
from tests.fakes.saved_models import draw

SCHEMES = ["grpc", "http"]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    root = tmp_path_factory.mktemp("served")
    saved_models.publish(root / "colours", 7)
    with saved_models.served(root) as server:
        yield server


@pytest.fixture(params=SCHEMES)
def ask(server, request):
    """Opens a client of one protocol: ask("colours")."""
    port = server.grpc_port if request.param == "grpc" else server.rest_port
    clients = []

    def open_client(model):
        clients.append(connect(f"{request.param}://localhost:{port}", model, timeout=30))
        return clients[-1]

    yield open_client
    [client.close() for client in clients]


@pytest.fixture
def proxy(monkeypatch):
    """A proxy of the environment, for all requests: it listens, and never answers."""
    for name in ("no_proxy", "NO_PROXY", "no_grpc_proxy"):
        monkeypatch.delenv(name, raising=False)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        for name in ("http_proxy", "https_proxy", "all_proxy", "grpc_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{listener.getsockname()[1]}")
            monkeypatch.delenv(name.upper(), raising=False)
        yield listener


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
@pytest.mark.parametrize("scheme", SCHEMES)
def test_requests_to_this_machine_bypass_the_proxy(server, proxy, scheme, host):
    port = server.grpc_port if scheme == "grpc" else server.rest_port

    with connect(f"{scheme}://{host}:{port}", "colours", timeout=30) as client:
        assert client.classify([draw("red")])[0].label == "red"


@pytest.mark.parametrize("scheme", SCHEMES)
def test_requests_to_other_hosts_go_through_the_proxy(proxy, scheme):
    url = f"{scheme}://elsewhere.invalid:80"
    with connect(url, "colours", timeout=1, attempts=1) as client:
        with pytest.raises(ServerUnavailable):
            client.list_versions()
        proxy.settimeout(10)
        request = proxy.accept()[0].recv(1000)

    assert b"elsewhere.invalid" in request


def test_grpc_and_rest_give_the_same_answer(server):
    images = [draw("red", 5, 9), draw((90, 120, 110), 40, 30, kind="JPEG")]

    with (
        connect(f"grpc://localhost:{server.grpc_port}", "colours") as over_grpc,
        connect(f"http://localhost:{server.rest_port}", "colours") as over_rest,
    ):
        assert over_grpc.classify(images) == over_rest.classify(images)


def test_images_of_several_sizes_and_kinds_go_in_one_request(ask):
    images = [
        draw("red", 4, 40, kind="JPEG"),
        draw("green", 33, 7, kind="WEBP"),
        draw("blue", 64, 64, kind="TIFF"),
        draw("red", 3, 3, kind="GIF", mode="P"),
    ]

    predictions = ask("colours").classify(images)

    assert [prediction.label for prediction in predictions] == ["red", "green", "blue", "red"]


def test_probabilities_have_the_names_of_the_classes(ask):
    (prediction,) = ask("colours").classify([draw("green")])

    assert list(prediction.probabilities) == ["red", "green", "blue"]
    assert max(prediction.probabilities, key=prediction.probabilities.get) == "green"
    assert sum(prediction.probabilities.values()) == pytest.approx(1)


def test_many_images_come_in_order(ask):
    colours = ["red", "green", "blue", "green", "red"] * 4

    found = ask("colours").classify_many(map(draw, colours), batch=3, concurrency=4)

    assert [prediction.label for prediction in found] == colours


def test_no_images_need_no_request(ask):
    assert ask("nothing").classify([]) == []


@pytest.mark.parametrize(
    "damaged",
    [
        pytest.param(b"%PDF-1.7", id="no-image"),
        pytest.param(draw("red", 64, 64, kind="JPEG")[:-200], id="truncated"),
    ],
)
def test_an_image_that_cannot_be_read_is_named_by_its_position(ask, damaged):
    with pytest.raises(NotAnImage) as refused:
        ask("colours").classify([draw("red"), damaged])

    assert refused.value.position == 1
    assert str(refused.value).startswith("Image 2 is not a readable image: ")


def test_a_model_that_is_not_served_is_a_rejected_request(ask):
    with pytest.raises(RequestRejected, match="roses"):
        ask("roses").classify([draw("red")])


def test_the_status_lists_the_versions(ask):
    (version,) = ask("colours").list_versions()

    assert (version.version, version.state, version.error) == (7, "AVAILABLE", "")


@pytest.mark.parametrize("scheme", SCHEMES)
def test_no_server_is_server_unavailable_and_names_its_address(scheme):
    with socket.create_server(("127.0.0.1", 0)) as closed_soon:
        port = closed_soon.getsockname()[1]

    with (
        connect(f"{scheme}://127.0.0.1:{port}", "colours", timeout=2) as client,
        pytest.raises(ServerUnavailable, match=f"127.0.0.1:{port}"),
    ):
        client.classify([draw("red")])


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_server_that_never_answers_ends_at_the_deadline(scheme):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"{scheme}://127.0.0.1:{silent.getsockname()[1]}"
        begin = time.monotonic()
        with connect(url, "colours", timeout=0.5) as client, pytest.raises(ServerUnavailable):
            client.classify([draw("red")])

    assert time.monotonic() - begin < 5


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_server_that_comes_late_is_retried(server, scheme):
    target = server.grpc_port if scheme == "grpc" else server.rest_port
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        late = reserved.getsockname()[1]

    opens = threading.Timer(0.5, relay, args=(late, target))
    opens.start()
    with connect(f"{scheme}://127.0.0.1:{late}", "colours", attempts=30) as client:
        assert client.list_versions()[0].version == 7
    opens.join()


def relay(port, target):
    """Passes one connection on to the real server, until either side ends it."""
    with (
        socket.create_server(("127.0.0.1", port)) as listener,
        listener.accept()[0] as client,
        socket.create_connection(("127.0.0.1", target)) as server,
    ):
        back = threading.Thread(target=pump, args=(server, client))
        back.start()
        pump(client, server)
        back.join()


def pump(source, sink):
    with contextlib.suppress(OSError):  # The other side may be gone already.
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)


@pytest.mark.parametrize("url", ["localhost:8500", "ftp://localhost", "grpc://", ""])
def test_an_address_without_a_known_protocol_is_refused(url):
    with pytest.raises(ValueError, match=f"^{url!r} "):
        connect(url, "colours")
