"""Why the server cannot answer: TF Serving's status code and a text, for every protocol."""

from __future__ import annotations

from collections.abc import Iterable

from grpc import StatusCode

# http_server.cc of TF Serving, ToHTTPStatusCode; every other code is 500.
HTTP_CODES = {
    StatusCode.OK: 200,
    StatusCode.CANCELLED: 499,
    StatusCode.INVALID_ARGUMENT: 400,
    StatusCode.DEADLINE_EXCEEDED: 504,
    StatusCode.NOT_FOUND: 404,
    StatusCode.ALREADY_EXISTS: 409,
    StatusCode.PERMISSION_DENIED: 403,
    StatusCode.RESOURCE_EXHAUSTED: 429,
    StatusCode.FAILED_PRECONDITION: 400,
    StatusCode.ABORTED: 409,
    StatusCode.OUT_OF_RANGE: 400,
    StatusCode.UNIMPLEMENTED: 501,
    StatusCode.UNAVAILABLE: 503,
    StatusCode.UNAUTHENTICATED: 401,
}


class RequestError(Exception):
    """A request gets no answer; the caller receives the code and the text."""

    def __init__(self, code: StatusCode, text: str) -> None:
        super().__init__(text)
        self.code = code

    @property
    def grpc_code(self) -> StatusCode:
        """The status of the gRPC answer."""
        return self.code

    @property
    def http_code(self) -> int:
        """The status of the REST response."""
        return HTTP_CODES.get(self.code, 500)


class BadInput(RequestError):  # noqa: N818
    """The request does not fit the model: it would fail again."""

    def __init__(self, text: str) -> None:
        super().__init__(StatusCode.INVALID_ARGUMENT, text)


class InvalidTensor(BadInput):
    """An input with values, a type or a shape that the signature does not take."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"Input {name!r} {problem}.")
        self.name = name


class ModelNotReady(RequestError):  # noqa: N818
    """The model exists, but none of its versions is loaded (yet)."""

    def __init__(self, text: str) -> None:
        super().__init__(StatusCode.UNAVAILABLE, text)


class ModelNotFound(RequestError):  # noqa: N818
    """The push root has no such model, or no such version is loaded."""

    def __init__(self, text: str) -> None:
        super().__init__(StatusCode.NOT_FOUND, text)


class ModelFailed(RequestError):  # noqa: N818
    """The request was valid, but the model's graph failed."""

    def __init__(self, text: str) -> None:
        super().__init__(StatusCode.INTERNAL, text)


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
