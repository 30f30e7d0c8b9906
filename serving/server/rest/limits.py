"""What a client may take of the REST server: bytes, seconds, connections, requests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from grpc import StatusCode

from serving.server import memory_budget
from serving.server.request_errors import BadInput, RequestError

FREE_BYTES = 2**20  # The first MiB of a body is not counted: stalled uploads then stop no one.


@dataclass(frozen=True)
class Limits:
    """The limits of a server; times are in seconds."""

    body_bytes: int = 256 * 2**20  # Of one body; unpacked, if it is compressed.
    all_bytes: int = field(default_factory=memory_budget.find_total)  # Of all bodies together.
    header_seconds: float = 20.0
    upload_seconds: float = 120.0
    download_seconds: float = 120.0
    idle_seconds: float = 75.0  # Between requests of a connection.
    answer_seconds: float = 30.0  # As TF Serving's --rest_api_timeout_in_ms.
    connections: int = 512  # Each takes a file descriptor: most systems allow 1,024.
    requests: int = 256  # At work or in the queue.
    threads: int = 16


class BodyBudget:
    """Bytes of bodies in memory. Belongs to the event loop: no other thread may use it."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._used = 0

    @contextmanager
    def count(self) -> Iterator[BodyCounter]:
        """Counts the bytes of one body until the end of `with`."""
        counter = BodyCounter(self)
        try:
            yield counter
        finally:
            self._used -= counter.counted

    def check(self, size: int) -> None:
        """Raises BadInput for a body of a size over the limit."""
        if size > self._limits.body_bytes:
            raise BadInput(
                f"The body has more than {self._limits.body_bytes} bytes: send less at a time, or "
                "use gRPC."
            )

    def take(self, size: int) -> None:
        """Raises RequestError UNAVAILABLE if the bytes are not free."""
        if self._used + size > self._limits.all_bytes:
            raise RequestError(
                StatusCode.UNAVAILABLE,
                f"Requests take all of the {self._limits.all_bytes} bytes for bodies: try again.",
            )
        self._used += size


class BodyCounter:
    """The bytes of one body that have arrived."""

    def __init__(self, budget: BodyBudget) -> None:
        self.counted = 0
        self.budget = budget

    def reach(self, size: int) -> None:
        """Takes what a body of this size needs. Raises RequestError if it is too much."""
        self.budget.check(size)
        more = max(0, size - FREE_BYTES) - self.counted
        self.budget.take(more)
        self.counted += more
