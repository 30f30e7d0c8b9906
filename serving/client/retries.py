"""When a call is tried again, and how long: the same rules for both kinds of client."""

from __future__ import annotations

import time
from typing import TypeVar

import tenacity

from serving.client.errors import ServerNotReady, ServerUnreachable

# Predictions and statuses change nothing on a server, so repeating them is always safe. It can help
# only if the server was not reached, or was not ready.
WORTH_A_RETRY = (ServerUnreachable, ServerNotReady)
SHORTEST = 0.001  # Seconds: a call without time left still fails as a call does.

Retrying = TypeVar("Retrying", bound=tenacity.BaseRetrying)


def make_retrying(kind: type[Retrying], *, attempts: int, timeout: float) -> Retrying:
    """Tries at most `attempts` times with growing, random pauses that end within `timeout` s."""
    return kind(
        retry=tenacity.retry_if_exception_type(WORTH_A_RETRY),
        wait=tenacity.wait_random_exponential(multiplier=0.2, max=2.0),
        stop=tenacity.stop_after_attempt(attempts) | tenacity.stop_before_delay(timeout),
        reraise=True,
    )


class Deadline:
    """The end of a call and its retries."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def count_left(self) -> float:
        """Seconds until the end, above 0."""
        return max(self._end - time.monotonic(), SHORTEST)
