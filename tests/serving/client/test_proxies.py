"""Which hosts are this machine, and bypass proxies."""

import pytest

from serving.client.proxies import is_loopback


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST",
        "localhost.",
        "a.localhost",
        "127.0.0.1",
        "127.9.9.9",
        "::1",
        "0.0.0.0",
    ],
)
def test_names_and_addresses_of_this_machine_are_loopback(host):
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["example.com", "localhost.example.com", "10.0.0.1", "::2", "", None]
)
def test_other_hosts_are_not_loopback(host):
    assert not is_loopback(host)
