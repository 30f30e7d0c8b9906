"""Each code of TF Serving has its HTTP status."""

import pytest
from grpc import StatusCode

from serving.server.request_errors import RequestError


@pytest.mark.parametrize(
    ("code", "status"),
    [
        (StatusCode.INVALID_ARGUMENT, 400),
        (StatusCode.FAILED_PRECONDITION, 400),
        (StatusCode.NOT_FOUND, 404),
        (StatusCode.UNIMPLEMENTED, 501),
        (StatusCode.UNAVAILABLE, 503),
        (StatusCode.INTERNAL, 500),
        (StatusCode.UNKNOWN, 500),
    ],
)
def test_the_http_status_of_a_code(code, status):
    assert RequestError(code, "").http_code == status
