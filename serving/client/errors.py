"""Why there is no prediction: errors named by their cause."""

from __future__ import annotations


class ServingError(Exception):
    """Any failure to get a prediction."""


class ServerUnavailable(ServingError):  # noqa: N818
    """No answer, or one that says the server failed: worth a retry."""


class RequestRejected(ServingError):  # noqa: N818
    """The server, or the client itself, refuses: the same request will fail again."""


class NotAnImage(RequestRejected):
    """An image of the request that cannot be read; `position` says which, from 0 on."""

    def __init__(self, position: int, reason: str) -> None:
        super().__init__(f"Image {position + 1} of the request is no readable image: {reason}.")
        self.position = position
        self.reason = reason
