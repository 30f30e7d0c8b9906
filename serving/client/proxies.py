"""Proxies of the environment: which hosts bypass them, and which of them httpx cannot use."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from serving.client.errors import UnusableProxy


def is_loopback(host: str | None) -> bool:
    """Whether a host name or address is this machine; for a client, 0.0.0.0 is too."""
    name = (host or "").rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:  # Any other name.
        return False
    return address.is_loopback or address.is_unspecified


@contextmanager
def check_proxies() -> Iterator[None]:
    """Turns what httpx raises about proxies into UnusableProxy. Wrap only the making of clients.

    A proxy's address may contain a password: only the variable is named.
    """
    try:
        yield
    except ImportError as error:
        raise UnusableProxy(_explain("is a SOCKS proxy", "pip install 'httpx[socks]'")) from error
    except (ValueError, httpx.InvalidURL) as error:
        raise UnusableProxy(_explain("is not a URL of a proxy", "correct it")) from error


def _explain(problem: str, fix: str) -> str:
    names = sorted(name for name, value in os.environ.items() if _is_proxy(name) and value)
    return (
        f"A proxy of the environment ({', '.join(names)}) {problem}, which this installation "
        f"cannot use: {fix}, unset the variable, or add the server's host to NO_PROXY."
    )


def _is_proxy(name: str) -> bool:
    return name.lower() in ("all_proxy", "http_proxy", "https_proxy")
