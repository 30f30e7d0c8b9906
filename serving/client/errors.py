"""Why there is no prediction: errors named by their cause."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

NEEDS = {  # By signature: which models have it.
    "heat_maps": "Heat maps need a classifier that pools scores, or features by average, and that "
    "this version exported.",
    "plan_tiles": "Tiles need a model that this version exported: train it again.",
}


class ServingError(Exception):
    """Any failure to get a prediction."""


class ServerUnavailable(ServingError):  # noqa: N818
    """No answer, or an error of the server: the same request may succeed later."""


class ServerUnreachable(ServerUnavailable):
    """No connection to the server, or it broke before the answer. The client tries again."""


class ServerNotReady(ServerUnavailable):
    """The server answers, but not now: it is overloaded, or loads the model. Tried again."""


class DeadlineExceeded(ServerUnavailable):
    """There was no answer within `timeout` seconds."""


class ServerFailed(ServerUnavailable):
    """The server answers with an error of its own. It is not tried again."""


class RequestRejected(ServingError):  # noqa: N818
    """The server or the client refuses the request: it would fail again."""


class UnusableProxy(RequestRejected):
    """The environment names a proxy that this client cannot use."""


class UnusableCertificate(RequestRejected):
    """A file of the TLS options cannot be used."""


class NotAnImage(RequestRejected):
    """An image cannot be read; `position` counts from 0, over all images of the call."""

    def __init__(self, position: int, reason: str) -> None:
        super().__init__(f"Image {position + 1} is not a readable image: {reason}.")
        self.position = position
        self.reason = reason


class NotTFServing(RequestRejected):
    """An answer that is not in TF Serving's format, such as a proxy's page."""


class MissingOutput(RequestRejected):
    """The model lacks an output: it is a segmenter asked for classes, or the reverse."""

    def __init__(self, output: str, existing: Iterable[str], kind: str) -> None:
        super().__init__(
            f"The model is not a {kind}: it has no output {output!r}, only {sorted(existing)}. "
            "Call Client.ask, which reads all kinds."
        )
        self.output = output


class MissingSignature(RequestRejected):
    """The model lacks a signature: it has no heat maps, or an earlier version exported it."""

    def __init__(self, signature: str, reason: str) -> None:
        advice = NEEDS.get(signature, "Check its name.")
        super().__init__(f"The model has no signature {signature!r} ({reason}). {advice}")
        self.signature = signature


class InvalidOutput(RequestRejected):
    """An output that does not fit the images, the other outputs, or its type."""

    def __init__(self, output: str, problem: str) -> None:
        super().__init__(f"The model's output {output!r} is invalid: {problem}.")
        self.output = output


class RowCountMismatch(InvalidOutput):
    """An output without one row for each image."""

    def __init__(self, output: str, rows: int, images: int) -> None:
        super().__init__(output, f"it has {rows} rows for {images} images")


class ClassCountMismatch(InvalidOutput):
    """Not as many class names as values."""

    def __init__(self, names: int, values: int) -> None:
        super().__init__("labels", f"it has {names} class names for {values} values")


@contextmanager
def name_missing(signature: str) -> Iterator[None]:
    """Raises MissingSignature for a request that is rejected because the model lacks this one."""
    try:
        yield
    except RequestRejected as error:
        if signature and f'"{signature}"' in str(error):
            raise MissingSignature(signature, str(error)) from error
        raise
