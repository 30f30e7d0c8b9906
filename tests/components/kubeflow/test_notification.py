"""The end of a run on Kubeflow: which ends are sent, and that the webhook's URL stays secret."""

from __future__ import annotations

import json
import logging
from contextlib import ExitStack

import pytest

from components.kubeflow import webhook
from components.kubeflow.notification import Notification
from components.kubeflow.webhook import NotDeliveredError
from tests.fakes.kubeflow import webhooks

SECRET = "xoxb-planted-secret"


@pytest.fixture
def receiver():
    """receiver(*statuses): a running one."""
    with ExitStack() as running:
        yield lambda *statuses: running.enter_context(webhooks.receiving(SECRET, *statuses))


def end(state, error=""):
    """Runs the component as the exit handler of a run that ends so."""
    status = {
        "error": {"message": error} if error else {},
        "pipelineJobResourceName": "flowers-x7",
        "pipelineTaskName": "tfx-dag",
        "state": state,
    }
    Notification.test_call(pipeline="flowers", status=json.dumps(status))


@pytest.mark.parametrize("state", ["FAILED", "RUNNING", "CANCELLED", "SUCCEEDED"])
def test_every_end_except_complete_is_sent(receiver, monkeypatch, state):
    server = receiver(200)
    monkeypatch.setenv("FCN_WEBHOOK_URL", server.url)

    end(state, error="Trainer ran out of memory")

    (message,) = server.messages
    assert message["text"] == f"flowers: flowers-x7 ended as {state}. Trainer ran out of memory"
    assert (message["pipeline"], message["state"]) == ("flowers", state)


@pytest.mark.parametrize("status", ["", "null", "[]", '{"state": "FAILED", "error": null}'])
def test_an_end_with_an_unreadable_status_is_sent_too(receiver, monkeypatch, status):
    server = receiver(200)
    monkeypatch.setenv("FCN_WEBHOOK_URL", server.url)

    Notification.test_call(pipeline="flowers", status=status)

    assert server.messages[0]["state"] in ("FAILED", "unknown")


def test_a_newline_at_the_end_of_a_secrets_file_does_no_harm(receiver, monkeypatch):
    server = receiver(200)
    monkeypatch.setenv("FCN_WEBHOOK_URL", f"{server.url}\n")

    end("FAILED")

    assert len(server.messages) == 1


def test_a_complete_run_is_not_sent(receiver, monkeypatch):
    server = receiver(200)
    monkeypatch.setenv("FCN_WEBHOOK_URL", server.url)

    end("COMPLETE")

    assert server.messages == []


def test_without_a_webhook_the_end_is_logged(monkeypatch, caplog):
    monkeypatch.delenv("FCN_WEBHOOK_URL", raising=False)

    end("FAILED")

    assert "flowers: flowers-x7 ended as FAILED." in caplog.text
    assert "FCN_WEBHOOK_URL" in caplog.text


def test_a_busy_or_failing_server_gets_another_try(receiver):
    server = receiver(503, 429, 204)

    webhook.send(server.url, {"text": "hello"}, wait=0.01)

    assert server.messages == [{"text": "hello"}] * 3


def test_a_refusal_is_final(receiver):
    server = receiver(404)

    with pytest.raises(NotDeliveredError, match="404"):
        webhook.send(server.url, {"text": "hello"}, wait=0.01)


@pytest.mark.parametrize(
    "url",
    [
        pytest.param(f"http://127.0.0.1:9/{SECRET}", id="no-answer"),
        pytest.param(f"{SECRET}.example", id="no-scheme"),
        pytest.param(f"ftp://example/{SECRET}", id="another-scheme"),
        pytest.param(f"http://[{SECRET}", id="no-url"),
    ],
)
def test_errors_do_not_contain_the_url(url, caplog):
    caplog.set_level(logging.DEBUG)

    with pytest.raises(NotDeliveredError) as raised:
        webhook.send(url, {"text": "hello"}, wait=0.01)

    assert SECRET not in f"{raised.value!r} {raised.value.__cause__!r} {caplog.text}"


def test_the_url_is_not_logged_on_success(receiver, caplog):
    caplog.set_level(logging.DEBUG)

    webhook.send(receiver(200).url, {"text": "hello"})

    assert SECRET not in caplog.text
