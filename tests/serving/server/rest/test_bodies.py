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
        (gzip.compress(b"x" * 12), "more than 11 bytes"),
        (gzip.compress(b"x" * 6) * 2, "more than 11 bytes"),
        (gzip.compress(bytes(10**8)), "more than 11 bytes"),
        (gzip.compress(b"text")[:-9], "ends too early"),
        (gzip.compress(b"text") + b"more", "not gzip"),
        (zlib.compress(b"text"), "not gzip"),
        (b"text", "not gzip"),
    ],
)
def test_a_body_that_is_damaged_or_too_large_is_refused(body, problem):
    with pytest.raises(BadInput, match=problem):
        unpack(body, limit=11)
