"""Hosts and ports as URLs contain them."""

from __future__ import annotations


def join(host: str, port: int) -> str:
    """HOST:PORT; an IPv6 address gets brackets, since it contains colons itself."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
