"""Secrets in plain text."""

from __future__ import annotations

import pytest

from pipeline.kubeflow.lint import plaintext
from tests.fakes.linted import Pipeline


@pytest.mark.parametrize(
    "name",
    [
        "API_TOKEN",
        "PASSWORD",
        "DB_PASSWORD",
        "AWS_ACCESS_KEY_ID",
        "apikey",
        "FCN_WEBHOOK_URL",
        "CLIENT_SECRET",
    ],
)
def test_a_secret_in_plain_text_is_refused_and_not_told(name):
    pipeline = Pipeline()
    pipeline.container("Notification")["env"] = [{"name": name, "value": "hunter2"}]

    assert pipeline.problem().startswith(f"Notification: the environment variable {name} is in")
    assert "secretAsEnv" in pipeline.problem()
    assert "hunter2" not in pipeline.problem()


@pytest.mark.parametrize(
    "name", ["TOKENIZERS_PARALLELISM", "KEYBOARD", "HOME", "TLS_KEY_FILE", "TF_CPP_MIN_LOG_LEVEL"]
)
def test_other_variables_are_taken(name):
    assert not plaintext.is_secret(name)


def test_a_variable_that_is_empty_tells_no_secret():
    pipeline = Pipeline()
    pipeline.container("Notification")["env"] = [{"name": "API_TOKEN", "value": ""}]

    assert pipeline.problems() == []


def test_a_url_with_a_password_is_refused_wherever_it_is():
    pipeline = Pipeline()
    pipeline.container("Trainer")["args"].append("--store=https://me:hunter2@example.org/x")
    pipeline.give("Pusher", "note", "ftp://me:hunter2@example.org")

    pushed, trained = sorted(pipeline.problems())
    assert pushed.startswith("Pusher: its parameter 'note' holds a URL with a password")
    assert trained.startswith("Trainer: its command holds a URL with a password")
    assert "hunter2" not in pushed + trained
