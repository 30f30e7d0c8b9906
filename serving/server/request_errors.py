"""Why the server cannot answer, named by cause, with the code of each protocol."""

from __future__ import annotations

from collections.abc import Iterable

import grpc


class RequestError(Exception):
    """A request gets no answer; the caller receives this text."""

    grpc_code: grpc.StatusCode
    http_code: int


class ModelNotFound(RequestError):  # noqa: N818
    """The push root has no such model, or no such version is loaded."""

    grpc_code = grpc.StatusCode.NOT_FOUND
    http_code = 404


class ModelNotReady(RequestError):  # noqa: N818
    """The model exists, but none of its versions is loaded (yet)."""

    grpc_code = grpc.StatusCode.UNAVAILABLE
    http_code = 503


class ModelFailed(RequestError):  # noqa: N818
    """The request was valid, but the model's graph failed."""

    grpc_code = grpc.StatusCode.INTERNAL
    http_code = 500


class BadInput(RequestError):  # noqa: N818
    """The request does not fit the model: it would fail again."""

    grpc_code = grpc.StatusCode.INVALID_ARGUMENT
    http_code = 400


class UnknownName(BadInput):
    """The model has no signature, input or output of these names."""

    def __init__(self, text: str, names: Iterable[str]) -> None:
        super().__init__(text)
        self.names = tuple(names)


class MissingInput(BadInput):
    """Inputs without a default that the request leaves out."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(names)
        super().__init__(f"The request has no inputs {list(self.names)}: send them.")


class InvalidTensor(BadInput):
    """An input with values, a type or a shape that the signature does not take."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"Input {name!r} {problem}.")
        self.name = name
