"""Compressed bodies are unpacked up to a limit."""

import gzip
import zlib

import pytest

from serving.server.request_errors import BadInput
from serving.server.rest.bodies import unpack


@pytest.mark.parametrize("parts", [[b"text"], [b"text", b" in two"], [b""]])
def test_a_body_may_be_gzip_in_one_part_or_more(parts):
    assert unpack(b"".join(map(gzip.compress, parts)), limit=11) == b"".join(parts)


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        pytest.param(gzip.compress(b"x" * 12), "more than 11 bytes", id="long"),
        pytest.param(gzip.compress(b"x" * 6) * 2, "more than 11 bytes", id="long-in-two-parts"),
        pytest.param(gzip.compress(bytes(10**8)), "more than 11 bytes", id="bomb"),
        pytest.param(gzip.compress(b"text")[:-9], "ends too early", id="cut"),
        pytest.param(gzip.compress(b"text") + b"more", "not gzip", id="trailing-bytes"),
        pytest.param(zlib.compress(b"text"), "not gzip", id="zlib"),
        pytest.param(b"text", "not gzip", id="text"),
    ],
)
def test_a_body_that_is_damaged_or_too_large_is_refused(body, problem):
    with pytest.raises(BadInput, match=problem):
        unpack(body, limit=11)
