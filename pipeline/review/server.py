"""Serves a review until Ctrl-C."""

from __future__ import annotations

import socket
from collections.abc import Callable

import uvicorn

from components.doubt.listing import DoubtList
from pipeline.review.app import make_app
from pipeline.review.decisions import Decisions
from serving import addresses
from serving.client.proxies import is_loopback

EVERY = "0.0.0.0"
LOCAL = ["localhost", "127.0.0.1"]


def serve(
    found: DoubtList, decisions: Decisions, host: str, port: int, started: Callable[[str], None]
) -> None:
    """Serves on an IPv4 host and port (0: a free one), and calls `started` with the address.

    Raises OSError if the port is in use.
    """
    with socket.create_server((host, port)) as listener:
        app = make_app(found, decisions, list_hosts(host))
        config = uvicorn.Config(
            app, ws="none", lifespan="off", log_level="warning", access_log=False
        )
        started(f"http://{addresses.join(host, listener.getsockname()[1])}/")
        uvicorn.Server(config).run(sockets=[listener])


def list_hosts(host: str) -> list[str]:
    """The names under which the server answers: any, if the user opened it to other machines."""
    return LOCAL if is_loopback(host) and host != EVERY else ["*"]
