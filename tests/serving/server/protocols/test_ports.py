"""The sockets that servers listen on."""

from __future__ import annotations

import socket

import pytest

from serving.server.protocols import ports


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_an_accepted_connection_sends_at_once(host):
    with (
        ports.listen("REST", host, 0) as listener,
        socket.create_connection(listener.getsockname()[:2]),
    ):
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
