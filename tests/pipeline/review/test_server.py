"""`fcn review` as a process: its page, its decisions, and what it refuses."""

from __future__ import annotations

import re
import signal
import subprocess
import sys

import httpx
import pytest

from components.doubt import listing
from components.ingestion.corrections import file
from pipeline.exit_codes import INTERRUPTED
from tests.components.doubt.doubts import LIST

FIRST = LIST.doubts[0].sha256
FILE = "letters-corrections.jsonl"
RIGHT = {"sha256": FIRST, "decision": "right", "label": ""}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("review")
    (folder / "letters-doubts.json").write_text(listing.to_json(LIST), "utf-8")
    return folder


@pytest.fixture(scope="module")
def client(folder):
    files = [folder / "letters-doubts.json", "--corrections", folder / FILE]
    command = [sys.executable, "-m", "pipeline", "review", *map(str, files), "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        address = re.search(r"http://\S+/", process.stdout.readline())
        with httpx.Client(base_url=address[0], trust_env=False) as client:
            yield client
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == INTERRUPTED
    finally:
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def token(client):
    return {"X-Review-Token": re.search('"X-Review-Token": "([^"]+)"', client.get("/").text)[1]}


def read(folder):
    path = folder / FILE
    return file.read(str(path)) if path.exists() else {}


def test_a_decision_is_written_and_shown_on_the_page(client, token, folder):
    answer = client.post("/decisions", json=RIGHT, headers=token)

    assert answer.status_code == 204
    assert read(folder)[FIRST].decision == "right"
    assert 'data-decision="right"' in client.get("/").text


def test_only_the_page_on_this_machine_may_run_a_script_and_write(client):
    page = client.get("/")
    nonce = re.search('<script nonce="([^"]+)"', page.text)[1]

    assert f"script-src 'nonce-{nonce}'" in page.headers["content-security-policy"]
    assert "access-control-allow-origin" not in page.headers


@pytest.mark.parametrize("headers", [{}, {"X-Review-Token": "guess"}, {"X-Review-Token": ""}])
def test_a_request_without_the_token_writes_nothing(client, folder, headers):
    before = read(folder)
    answer = client.post("/decisions", json=RIGHT | {"decision": "remove"}, headers=headers)

    assert answer.status_code == 403
    assert read(folder) == before


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_rebound_name_gets_neither_page_nor_decision(client, token, folder, method):
    before = read(folder)
    path = {"GET": "/", "POST": "/decisions"}[method]
    body = {"json": RIGHT | {"decision": "remove"}} if method == "POST" else {}
    answer = client.request(method, path, headers=token | {"Host": "evil.example"}, **body)

    assert answer.status_code == 400
    assert read(folder) == before


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"no json", id="no JSON"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b'{"sha256": 1, "decision": "right", "label": ""}', id="a number"),
        pytest.param(b'{"sha256": "", "decision": "right"}', id="a field is missing"),
        pytest.param(b" " * 5000, id="too large"),
        pytest.param(b"\xff", id="not UTF-8"),
    ],
)
def test_what_is_not_a_decision_is_refused(client, token, folder, body):
    before = read(folder)

    assert client.post("/decisions", content=body, headers=token).status_code == 400
    assert read(folder) == before
