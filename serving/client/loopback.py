"""Which hosts are this machine itself: no proxy of the environment stands before these."""

from __future__ import annotations

import ipaddress


def is_loopback(host: str | None) -> bool:
    """Whether a name or address never leaves this machine, as 0.0.0.0 does not for a client."""
    name = (host or "").rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:  # Any other name.
        return False
    return address.is_loopback or address.is_unspecified
