"""Several servers behind one name."""

from __future__ import annotations

import socket

import pytest

from serving.rollout.errors import RolloutError
from serving.rollout.servers import Servers, expand
from tests.fakes.serving.config_follower import ConfigFollower

CONFIG = 'model_config_list { config { name: "shop" } }'


def silent(*urls):
    return Servers(urls, "shop", show=lambda _: None, seconds=0.05)


def test_a_name_with_several_addresses_is_several_servers(monkeypatch):
    entries = [(0, 0, 0, "", (host, 0)) for host in ("10.0.0.2", "10.0.0.1", "10.0.0.2")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: entries)

    assert expand("grpc://pods:8500") == ["grpc://10.0.0.1:8500", "grpc://10.0.0.2:8500"]
    assert expand("https://pods:8500") == ["https://pods:8500"]  # Its certificate has the name.


@pytest.mark.parametrize("url", ["http://127.0.0.1:8501", "http://localhost:8501", "grpc://[::1]"])
def test_one_address_is_one_server(url):
    assert expand(url) == [url]


def test_the_newest_version_is_one_that_all_servers_have():
    with (
        ConfigFollower(lambda: CONFIG, existing={1, 2}) as first,
        ConfigFollower(lambda: CONFIG, existing={1, 2}) as second,
    ):
        assert silent(first.url, second.url).find_newest() == 2


def test_servers_without_a_version_in_common_are_an_error():
    with (
        ConfigFollower(lambda: CONFIG, existing={1}) as first,
        ConfigFollower(lambda: CONFIG, existing={2}) as second,
        pytest.raises(RolloutError, match="AVAILABLE"),
    ):
        silent(first.url, second.url).find_newest()


def test_a_server_that_does_not_answer_is_an_error_in_time():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with pytest.raises(RolloutError, match="no answer yet"):
        silent(url).wait([1], {})
