"""Limits, headers, encodings and errors of the REST interface."""

import gzip
import logging
import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from serving.server import metrics
from tests.fakes.serving.rest_servers import JSON, Doubler, served

PREDICT = "/v1/models/m:predict"


def ask(port, path=PREDICT, content=JSON, method="POST", **headers):
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    url = f"http://127.0.0.1:{port}{path}"
    return httpx.request(method, url, content=content, headers=names, timeout=30)


@pytest.fixture(scope="module")
def port():
    with served(cors=True, metrics_path="/metrics", body_bytes=1_000_000) as port:
        yield port


def test_a_body_may_be_gzip(port):
    answer = ask(port, content=gzip.compress(JSON), content_encoding="gzip")

    assert answer.json() == {"predictions": [2.0, 4.0]}
    assert "content-encoding" not in answer.headers


@pytest.mark.parametrize(
    ("content", "headers"),
    [
        (b"x" * 1_000_001, {}),
        (gzip.compress(b"x" * 1_000_001), {"content_encoding": "gzip"}),
        (iter([b"x" * 600_000] * 2), {}),
    ],
    ids=["announced", "packed", "chunked"],
)
def test_a_body_over_the_limit_is_refused(port, content, headers):
    answer = ask(port, content=content, **headers)

    assert answer.status_code == 400
    assert "more than 1000000 bytes" in answer.json()["error"]


def test_examples_are_serialized_for_classify_and_regress(port):
    body = b'{"examples": [{}, {}]}'

    assert ask(port, "/v1/models/m:classify", body).json() == {"results": [[["", 0.5]]] * 2}
    assert ask(port, "/v1/models/m:regress", body).json() == {"results": [0.0, 0.0]}


def test_other_sites_may_ask_if_that_is_enabled(port):
    allowed = ask(port, method="OPTIONS", content=b"", origin="https://example.com")
    refused = ask(port, method="OPTIONS", content=b"")

    assert allowed.status_code == 200
    assert allowed.headers["access-control-allow-origin"] == "*"
    assert ask(port).headers["access-control-allow-methods"] == "POST, GET"
    assert refused.status_code == 400
    assert refused.json() == {"error": "Origin header is missing in CORS preflight"}


def test_other_sites_may_not_ask_by_default():
    with served() as port:
        assert "access-control-allow-origin" not in ask(port).headers


def test_the_page_of_metrics_counts_requests(port):
    before = metrics.REQUEST_COUNT.read("m", "INVALID_ARGUMENT")
    ask(port, content=b"")

    page = ask(port, "/metrics", method="GET")
    line = ':tensorflow:serving:request_count{model_name="m",status="INVALID_ARGUMENT"} '
    assert f"{line}{before + 1}\n" in page.text
    assert page.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize(
    ("method", "path", "code", "text"),
    [
        ("GET", "/other", 404, "Not found: GET /other"),
        ("PUT", PREDICT, 400, f"Malformed request: PUT {PREDICT}"),
        ("GET", PREDICT, 400, f"Malformed request: GET {PREDICT}"),
        ("GET", "/v1/models", 400, "Missing model name in request."),
    ],
)
def test_a_path_that_does_not_exist_is_answered_with_an_error(port, method, path, code, text):
    answer = ask(port, path, method=method)

    assert answer.status_code == code
    assert answer.json() == {"error": text}


def test_each_failure_is_one_line_of_the_log(port, caplog):
    with caplog.at_level(logging.INFO):
        ask(port, "/v1/models/%1B:predict", content=b"")

    lines = [record.getMessage() for record in caplog.records if record.name.startswith("serving")]
    assert lines == [
        "POST /v1/models/%1B:predict: INVALID_ARGUMENT: JSON Parse error: The document is empty"
    ]


def test_an_error_of_the_server_is_neither_a_bare_500_nor_a_traceback(caplog):
    def fail():
        raise KeyError("x")

    with served(Doubler(fail)) as port:
        answer = ask(port)

    assert answer.status_code == 500
    assert answer.json() == {"error": "Internal error: KeyError: 'x'"}
    assert not any(record.exc_info for record in caplog.records)


def test_an_answer_that_takes_too_long_is_a_504():
    release = threading.Event()
    handlers = Doubler(lambda: release.wait(60))
    with served(handlers, answer_seconds=0.2) as port:
        answer = ask(port)
        release.set()

    assert answer.status_code == 504
    assert answer.json() == {"error": "Timed out: no answer within 0.2 s."}
    assert handlers.deadlines[0].is_over


def test_requests_over_the_limit_are_refused():
    release = threading.Event()
    with served(Doubler(lambda: release.wait(60)), requests=2) as port:
        with ThreadPoolExecutor(3) as threads:
            futures = [threads.submit(ask, port) for _ in range(3)]
            while not any(future.done() for future in futures):
                pass
            release.set()
        codes = sorted(future.result().status_code for future in futures)

    assert codes == [200, 200, 503]


def test_a_large_body_is_read_by_a_process():
    body = b'{"instances": [%s]}' % b",".join([b"1.5"] * 30_000)

    with served() as port:
        assert ask(port, content=body).json() == {"predictions": [3.0] * 30_000}
