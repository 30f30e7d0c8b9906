"""The server as a whole: ports, models, versions while it serves."""

import itertools
import socket
import threading
import time

import pytest

from serving.client import connect
from serving.server.local import Server
from serving.server.protocols.ports import PortTakenError
from serving.server.request_errors import ModelNotReady
from tests.fakes import saved_models
from tests.fakes.saved_models import draw, publish, publish_broken


def urls(server):
    return f"grpc://localhost:{server.grpc_port}", f"http://localhost:{server.rest_port}"


def wait_for(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)


def test_a_new_version_takes_over_and_no_request_fails(tmp_path):
    publish(tmp_path / "colours", 1, labels=("old", "old", "old"))
    seen: dict[str, list[str]] = {"grpc": [], "http": []}
    done = threading.Event()

    def ask(url):
        with connect(url, "colours", timeout=30, attempts=1) as client:
            while not done.is_set():
                seen[url[:4]].append(client.classify([draw("red")])[0].label)

    with saved_models.served(tmp_path) as server:
        threads = [threading.Thread(target=ask, args=(url,)) for url in urls(server)]
        [thread.start() for thread in threads]
        wait_for(lambda: all(seen.values()))
        publish(tmp_path / "colours", 2, labels=("new", "new", "new"))
        wait_for(lambda: done.is_set() or all(labels[-1] == "new" for labels in seen.values()))
        done.set()
        [thread.join() for thread in threads]

    changes = [[label for label, _ in itertools.groupby(labels)] for labels in seen.values()]
    assert changes == [["old", "new"], ["old", "new"]]


def test_a_broken_new_version_is_reported_and_the_old_one_goes_on(tmp_path):
    publish(tmp_path / "colours", 1)

    with (
        saved_models.served(tmp_path, retries=0) as server,
        connect(urls(server)[0], "colours") as client,
    ):
        publish_broken(tmp_path / "colours", 2)
        wait_for(lambda: client.list_versions()[0].error)

        assert [state.state for state in client.list_versions()] == ["END", "AVAILABLE"]
        assert client.classify([draw("blue")])[0].label == "blue"


def test_a_model_that_appears_later_is_served_too(tmp_path):
    publish(tmp_path / "colours", 1)

    with saved_models.served(tmp_path) as server:
        publish(tmp_path / "shades", 5)
        status = server.wait_until_available("shades", timeout=60)

    assert (status.model, status.version) == ("shades", 5)


def test_the_folder_of_one_model_can_be_served(tmp_path):
    publish(tmp_path / "colours", 1)

    with saved_models.served(tmp_path / "colours") as server:
        assert server.wait_until_available("colours", timeout=1).version == 1


def test_waiting_for_a_model_that_fails_to_load_ends_at_once_with_its_error(tmp_path):
    publish_broken(tmp_path / "colours", 3)

    with (
        Server(tmp_path, grpc_port=0, rest_port=0, retries=0) as server,
        pytest.raises(ModelNotReady, match=r"'colours'.*version 3: "),
    ):
        server.wait_until_available("colours", timeout=60)


def test_waiting_for_a_model_that_is_missing_ends_at_the_timeout(tmp_path):
    with (
        Server(tmp_path, grpc_port=0, rest_port=0) as server,
        pytest.raises(ModelNotReady, match=r"'roses'.* 0.1 s.* \[\]"),
    ):
        server.wait_until_available("roses", timeout=0.1)


@pytest.mark.parametrize(("option", "protocol"), [("grpc_port", "gRPC"), ("rest_port", "REST")])
def test_a_port_in_use_is_named_and_nothing_keeps_running(tmp_path, option, protocol):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        before = threading.active_count()
        ports = {"grpc_port": 0, "rest_port": 0, option: port}

        with pytest.raises(PortTakenError) as refused:
            Server(tmp_path, **ports).__enter__()

        assert (refused.value.protocol, refused.value.port) == (protocol, port)

        wait_for(lambda: threading.active_count() <= before)


def test_after_the_end_the_ports_are_free_and_no_thread_is_left(tmp_path):
    publish(tmp_path / "colours", 1)
    others = set(threading.enumerate())  # Fixtures of other tests may serve, too.
    with saved_models.served(tmp_path) as server:
        [connect(url, "colours").classify([draw("red")]) for url in urls(server)]
        own = {thread for thread in threading.enumerate() if thread.name in ("servables", "rest")}
        assert {thread.name for thread in own - others} == {"servables", "rest"}

    for port in (server.grpc_port, server.rest_port):
        socket.create_server(("127.0.0.1", port)).close()
    assert not any(thread.is_alive() for thread in own - others)


def test_the_ports_open_only_when_the_models_answer(tmp_path):
    publish(tmp_path / "colours", 1)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    refused = []

    def try_port(_):
        with socket.socket() as client:
            refused.append(client.connect_ex(("127.0.0.1", port)) != 0)

    with Server(tmp_path, grpc_port=port, rest_port=0, listener=try_port) as server:
        assert server.wait_until_available("colours", timeout=1).version == 1

    assert refused[0]
