"""Slow, broken and silent clients do not keep a connection, nor stop others."""

import json
import time
from contextlib import ExitStack

import httpx
import pytest

from tests.fakes.serving.rest_servers import Doubler, post, read_all, sent, served

CLOSE = "Connection: close"


def ask(port, **options):
    url = f"http://127.0.0.1:{port}/v1/models/m:predict"
    return httpx.post(url, content=b'{"instances": [1.0]}', timeout=10, **options)


def body_of(answer):
    return json.loads(answer.partition(b"\r\n\r\n")[2])


def test_stalled_uploads_do_not_stop_others():
    with served(connections=400) as port, ExitStack() as stack:
        for _ in range(300):
            stack.enter_context(sent(port, post(b'{"inst', length=1000)))

        assert ask(port).json() == {"predictions": [2.0]}


def test_an_upload_that_stalls_is_answered_and_ended():
    request = post(b"{", CLOSE, length=1000)
    with served(upload_seconds=0.2) as port, sent(port, request) as connection:
        answer = read_all(connection)

    assert answer.startswith(b"HTTP/1.1 504 ")
    assert "did not arrive within 0.2 s" in body_of(answer)["error"]


@pytest.mark.parametrize("text", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: x\r\n"])
def test_headers_that_do_not_come_end_the_connection(text):
    with served(header_seconds=0.2) as port, sent(port, text) as connection:
        assert read_all(connection) == b""


def test_the_rest_of_a_refused_body_is_read_for_some_time_only():
    limits = {"header_seconds": 0.3, "body_bytes": 100}
    with served(**limits) as port, sent(port, post(b"x" * 50, length=200)) as connection:
        answer = read_all(connection)

    assert answer.startswith(b"HTTP/1.1 400 ")


def test_a_reader_that_does_not_read_is_ended(caplog):
    with served(Large(), download_seconds=0.3) as port, sent(port, post()) as connection:
        connection.recv(1)
        deadline = time.monotonic() + 60
        while "did not read the answer within 0.3 s" not in caplog.text:
            assert time.monotonic() < deadline
            time.sleep(0.02)

        assert len(read_all(connection)) < Large.BYTES


class Large(Doubler):
    """Answers with more than sockets buffer."""

    BYTES = 40_000_000

    def predict(self, spec, read, *, deadline):
        answer = super().predict(spec, read, deadline=deadline)
        answer.outputs["y"] = answer.outputs["y"].repeat(self.BYTES // 8)
        return answer


def test_a_half_closed_connection_gets_its_answer():
    with served() as port, sent(port, post()) as connection:
        connection.shutdown(1)

        assert body_of(read_all(connection)) == {"predictions": [2.0, 4.0]}


def test_a_half_closed_upload_is_ended():
    with served() as port, sent(port, post(b"{", length=10)) as connection:
        connection.shutdown(1)

        assert read_all(connection) == b""


def test_connections_over_the_limit_are_refused():
    with served(connections=2) as port:
        with sent(port, b""), sent(port, b""), sent(port, b"") as third:
            assert read_all(third) == b""

        assert ask(port).status_code == 200


@pytest.mark.parametrize("body", [b"zz\r\n{", b"5\r\n{}{}{xx\r\n"])
def test_a_broken_chunk_is_answered_once_and_without_a_traceback(caplog, body):
    request = post(b"", "Transfer-Encoding: chunked").replace(b"Content-Length: 0\r\n", b"")
    with served() as port, sent(port, request + body) as connection:
        answer = read_all(connection)

    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.count(b"HTTP/1.1") == 1
    assert not any(record.exc_info for record in caplog.records)


def test_what_is_not_http_is_answered_in_the_form_of_other_errors():
    with served() as port, sent(port, b"\x16\x03\x01 TLS\r\n\r\n") as connection:
        answer = read_all(connection)

    assert answer.startswith(b"HTTP/1.1 400 ")
    assert body_of(answer) == {"error": "Malformed request: Invalid HTTP request received."}
