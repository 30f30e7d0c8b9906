"""Why the server cannot answer, named by cause, and what each protocol says for it."""

from __future__ import annotations

import grpc


class RequestError(Exception):
    """Any reason for which a request gets no answer; its text goes to the caller."""


class ModelNotFound(RequestError):  # noqa: N818
    """No such model below the push root, or no such version of it is loaded."""


class ModelNotReady(RequestError):  # noqa: N818
    """The model exists, and no version of it has been loaded (yet)."""


class BadInput(RequestError):  # noqa: N818
    """The request does not fit the model: the same request will fail again."""


class ModelFailed(RequestError):  # noqa: N818
    """The request was fine; the model's graph was not."""


GRPC_CODES = {
    ModelNotFound: grpc.StatusCode.NOT_FOUND,
    ModelNotReady: grpc.StatusCode.UNAVAILABLE,
    BadInput: grpc.StatusCode.INVALID_ARGUMENT,
    ModelFailed: grpc.StatusCode.INTERNAL,
}

HTTP_CODES = {ModelNotFound: 404, ModelNotReady: 503, BadInput: 400, ModelFailed: 500}
