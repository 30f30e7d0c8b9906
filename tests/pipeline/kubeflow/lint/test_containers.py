"""Containers: images, commands, placeholders, secrets in plain text."""

from __future__ import annotations

import pytest

from pipeline.kubeflow import backend
from tests.fakes.kubeflow.linted import Pipeline, constant


@pytest.fixture
def pipeline():
    return Pipeline()


@pytest.mark.parametrize(
    "image",
    [
        pytest.param("fcn", id="no-tag"),
        pytest.param("fcn:latest", id="latest"),
        pytest.param("registry:5000/fcn", id="a-port-is-not-a-tag"),
        pytest.param("registry:5000/fcn:", id="an-empty-tag"),
        pytest.param("registry.example/team/fcn:latest", id="latest-of-a-registry"),
        pytest.param("fcn@sha256:12ab", id="half-a-digest"),
        pytest.param("", id="none"),
        pytest.param("fcn: 1", id="a-space"),
        pytest.param("{{$.inputs.parameters['image']}}", id="a-parameter"),
    ],
)
def test_an_image_that_may_change_is_refused(pipeline, image):
    pipeline.container("Trainer")["image"] = image

    assert pipeline.broken() == [("image-not-pinned", "Trainer")]
    assert repr(image) in pipeline.problem().message


@pytest.mark.parametrize(
    "image",
    [
        "fcn:1.2.0",
        "registry:5000/fcn:2026-11-21",
        f"fcn@sha256:{'0a' * 32}",
        f"registry:5000/team/fcn:latest@sha256:{'0a' * 32}",
    ],
)
def test_an_image_with_a_fixed_tag_or_a_digest_is_accepted(pipeline, image):
    pipeline.container("Trainer")["image"] = image

    assert pipeline.problems() == []


def test_a_step_without_a_command_is_refused(pipeline):
    del pipeline.container("Trainer")["command"]

    assert pipeline.broken() == [("command-missing", "Trainer")]


def test_a_driver_that_never_runs_is_refused(pipeline):
    check = {"preCacheCheck": {"command": ["python"], "args": ["driver"]}}
    pipeline.container("ImageExampleGen")["lifecycle"] = check

    assert pipeline.broken() == [("ignored-driver", "ImageExampleGen")]


@pytest.mark.parametrize(
    "placeholder",
    [
        "{{$.pipeline_root}}",
        "{{$.inputs.parameters['seed']}}",
        "{{$.outputs.artifacts['model'].metadata}}",
        "{{workflow.name}}",
    ],
)
def test_a_placeholder_that_the_launcher_leaves_is_refused(pipeline, placeholder):
    pipeline.container("Trainer")["args"].append(f"--x={placeholder}")

    assert pipeline.broken() == [("unknown-placeholder", "Trainer")]
    assert placeholder in pipeline.problem().message


@pytest.mark.parametrize(
    "placeholder",
    [
        "{{$}}",
        "{{$.inputs.parameters['custom_config']}}",
        "{{$.inputs.artifacts['examples'].uri}}",
        "{{$.outputs.artifacts['model'].path}}",
    ],
)
def test_a_placeholder_for_what_the_component_declares_is_accepted(pipeline, placeholder):
    pipeline.container("Trainer")["args"].append(f"--x={placeholder}")

    assert pipeline.problems() == []


def test_a_placeholder_within_a_constant_is_refused(pipeline):
    pipeline.parameters("Pusher")["served_folder"] = constant("/served/{{$.pipeline_job_name}}")

    assert pipeline.broken() == [("placeholder-in-constant", "Pusher")]
    assert "{{$.pipeline_job_name}}" in pipeline.problem().message


@pytest.mark.parametrize("placeholder", sorted(backend.RUN_PLACEHOLDERS))
def test_a_constant_that_the_driver_replaces_is_accepted(pipeline, placeholder):
    pipeline.give("Pusher", "run", placeholder)

    assert pipeline.problems() == []


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
def test_a_secret_in_plain_text_is_refused_and_not_shown(pipeline, name):
    pipeline.container("Notification")["env"] = [{"name": name, "value": "hunter2"}]

    assert pipeline.broken() == [("secret-in-plain-text", "Notification")]
    assert name in pipeline.problem().message
    assert "hunter2" not in str(pipeline.problem())


@pytest.mark.parametrize(
    "name", ["TOKENIZERS_PARALLELISM", "KEYBOARD", "HOME", "TLS_KEY_FILE", "TF_CPP_MIN_LOG_LEVEL"]
)
def test_other_variables_are_accepted(pipeline, name):
    pipeline.container("Notification")["env"] = [{"name": name, "value": "1"}]

    assert pipeline.problems() == []


def test_an_empty_variable_is_not_a_secret(pipeline):
    pipeline.container("Notification")["env"] = [{"name": "API_TOKEN", "value": ""}]

    assert pipeline.problems() == []


def test_a_url_with_a_password_is_refused_anywhere(pipeline):
    pipeline.container("Trainer")["args"].append("--store=https://me:hunter2@example.org/x")
    pipeline.give("Pusher", "note", "ftp://me:hunter2@example.org")

    assert pipeline.broken() == [("password-in-url", "Pusher"), ("password-in-url", "Trainer")]
    assert "'note'" in pipeline.problems()[0].message
    assert "hunter2" not in " ".join(map(str, pipeline.problems()))


@pytest.mark.parametrize("name", ["pipeline_job_create_time_utc", "pipeline_job_schedule_time_utc"])
def test_a_placeholder_that_older_backends_do_not_replace_is_refused(pipeline, name):
    pipeline.give("Pusher", "run", f"{{{{$.{name}}}}}")

    assert pipeline.broken() == [("placeholder-in-constant", "Pusher")]
