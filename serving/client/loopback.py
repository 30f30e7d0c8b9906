"""Which hosts are this machine itself: requests to them bypass the environment's proxies."""

from __future__ import annotations

import ipaddress


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
