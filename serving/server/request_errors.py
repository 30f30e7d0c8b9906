"""Why the server cannot answer: TF Serving's status code and a text, for every protocol."""

from __future__ import annotations

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
