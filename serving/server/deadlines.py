"""Until when a request is worth an answer: a model does not run for a request that is over."""

from __future__ import annotations

import math
import threading
import time

from grpc import StatusCode

from serving.server.request_errors import RequestError


class Deadline:
    """A moment, so many seconds from now. Thread-safe."""

    def __init__(self, seconds: float | None = None) -> None:
        self._end = math.inf if seconds is None else time.monotonic() + seconds

    @property
    def left(self) -> float | None:
        """The seconds until the moment, 0 after it. None: so far away that nothing can wait."""
        left = self._end - time.monotonic()  # gRPC has a moment in the year 292277026596.
        return max(left, 0.0) if left < threading.TIMEOUT_MAX else None

    @property
    def is_over(self) -> bool:
        """Whether the moment has passed."""
        return self._end <= time.monotonic()

    def check(self) -> None:
        """Raises RequestError DEADLINE_EXCEEDED if the moment has passed."""
        if self.is_over:
            text = "The deadline of the request passed while it waited: it was not run."
            raise RequestError(StatusCode.DEADLINE_EXCEEDED, text)


NEVER = Deadline()
