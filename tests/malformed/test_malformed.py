"""Whatever a client sends: TF Serving's code, a sentence, and no other client notices."""

from __future__ import annotations

import re
import time
from contextlib import ExitStack

import grpc
import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded

from tests.fakes.serving.rest_servers import post, read_all, sent
from tests.malformed import grpc_requests, rest_requests

pytestmark = pytest.mark.timeout(3600)
LONGEST_SECONDS = 1.0  # An answer to the client that behaves, in the long form.
LONG_FORM = 1000
NO_SENTENCE = re.compile(r"Traceback|Exception calling application|^$")


def send_all(requests, send, *, count, seed):
    """Calls `send` with so many examples; the first that fails is reported."""

    @seeded(seed)
    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(requests)
    def generate(request):
        send(request)

    generate()


def test_a_rest_request_gets_a_code_and_a_sentence(server, watcher, malformed, seed):
    def send(request):
        headers = {"Content-Encoding": request.encoding} if request.encoding else {}
        path = f"http://127.0.0.1:{server.rest_port}{request.path}"
        answer = client.request(request.method, path, content=request.body, headers=headers)

        assert answer.status_code in request.codes, answer.text
        assert not NO_SENTENCE.search(answer.json()["error"]), answer.text

    with httpx.Client(timeout=60) as client:
        send_all(rest_requests.requests, send, count=malformed // 2, seed=seed)


def test_a_grpc_request_gets_a_code_and_a_sentence(server, watcher, malformed, seed):
    def send(request):
        call = channel.unary_unary(request.method)
        message = request.message
        encoded = message if isinstance(message, bytes) else message.SerializeToString()
        with pytest.raises(grpc.RpcError) as refused:
            call(encoded, timeout=60)

        assert refused.value.code() in request.codes, refused.value
        assert not NO_SENTENCE.search(refused.value.details()), refused.value

    with grpc.insecure_channel(f"127.0.0.1:{server.grpc_port}") as channel:
        send_all(grpc_requests.requests, send, count=malformed // 2, seed=seed)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b'{"instances": [' + b"1.5, " * 20_000_000 + b"1.5]}", id="numbers"),
        pytest.param(b'{"instances": ["' + b"x" * 100_000_000 + b'", "y"]}', id="strings"),
        pytest.param(b'{"instances": ' + b"[" * 100_000_000, id="brackets"),
        pytest.param(b" " * 100_000_000, id="spaces"),
    ],
)
def test_100_megabytes_of_json_are_refused(server, watcher, body):
    url = f"http://127.0.0.1:{server.rest_port}{rest_requests.PREDICT}"

    answer = httpx.post(url, content=body, timeout=120)

    assert answer.status_code in (400, 429, 504)
    assert answer.json()["error"]


def test_300_stalled_uploads_stop_no_one(server, watcher):
    with ExitStack() as stack:
        for _ in range(300):
            stack.enter_context(sent(server.rest_port, post(b'{"inst', length=10**7)))
        before = watcher.answers
        while watcher.answers < before + 20:
            time.sleep(0.02)

    assert watcher.failures == []


def test_broken_connections_stop_no_one(server, watcher):
    request = post(rest_requests.GOOD)
    for end in range(0, len(request), 17):
        with sent(server.rest_port, request[:end]):
            pass
        with sent(server.grpc_port, request[:end]):
            pass

    assert httpx.get(f"http://127.0.0.1:{server.rest_port}/v1/models/colours").status_code == 200


def test_a_half_closed_connection_and_a_slow_reader_stop_no_one(server, watcher):
    request = post(rest_requests.GOOD).replace(b"models/m", b"models/colours")
    with sent(server.rest_port, request * 500) as reader, sent(server.rest_port, request) as half:
        half.shutdown(1)

        assert read_all(half).startswith(b"HTTP/1.1 200 ")
        assert reader.recv(1) == b"H"


@pytest.fixture(autouse=True)
def answers_in_time(watcher, malformed):
    """In the long form, the client that behaves waits less than a second."""
    yield
    assert malformed < LONG_FORM or watcher.longest < LONGEST_SECONDS
