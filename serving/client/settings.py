"""What both kinds of client need to know, apart from the protocol."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from serving.client.routes import Route

if TYPE_CHECKING:
    from serving.client.request_log import RequestLog


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The model, the version that is asked, the limits of a call, and the log of requests."""

    model: str
    timeout: float  # Seconds of a call with its retries.
    attempts: int
    route: Route
    log: RequestLog | None
