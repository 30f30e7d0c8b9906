"""Ports of this machine, for both protocols."""

from __future__ import annotations

import socket


class PortTakenError(OSError):
    """The server cannot listen on a port."""

    def __init__(self, protocol: str, host: str, port: int) -> None:
        super().__init__(
            f"Cannot listen on port {port} of {host} for {protocol}: the port is in use or not "
            "allowed. Choose another port, or 0 for any free one."
        )
        self.protocol = protocol
        self.port = port


def listen(protocol: str, host: str, port: int) -> socket.socket:
    """A socket that accepts connections, which send at once. Raises PortTakenError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family)
    except (OSError, OverflowError) as error:
        raise PortTakenError(protocol, host, port) from error
    # asyncio sets this for sockets that it makes itself. Without it, the body of an answer waits
    # until the client acknowledges the headers: 40 ms on Linux.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def check_free(protocol: str, host: str, port: int) -> None:
    """Raises PortTakenError: before models are loaded, which may take minutes."""
    listen(protocol, host, port).close()
