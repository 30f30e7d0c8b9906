"""Containers: images, commands, placeholders."""

from __future__ import annotations

import pytest

from pipeline.kubeflow import backend
from tests.fakes.linted import Pipeline, constant


@pytest.fixture
def pipeline():
    return Pipeline()


@pytest.mark.parametrize(
    "image",
    [
        pytest.param("fcn", id="no-tag"),
        pytest.param("fcn:latest", id="latest"),
        pytest.param("registry:5000/fcn", id="a-port-is-no-tag"),
        pytest.param("registry:5000/fcn:", id="an-empty-tag"),
        pytest.param("registry.example/team/fcn:latest", id="latest-of-a-registry"),
        pytest.param("fcn@sha256:12ab", id="half-a-digest"),
        pytest.param("", id="none"),
        pytest.param("fcn: 1", id="a-space"),
        pytest.param("{{$.inputs.parameters['image']}}", id="a-parameter"),
    ],
)
def test_an_image_that_may_be_another_tomorrow_is_refused(pipeline, image):
    pipeline.container("Trainer")["image"] = image

    assert pipeline.problem().startswith(f"Trainer: its image {image!r} ")
    assert "a digest (@sha256:...)" in pipeline.problem()


@pytest.mark.parametrize(
    "image",
    [
        "fcn:1.2.0",
        "registry:5000/fcn:2026-11-21",
        f"fcn@sha256:{'0a' * 32}",
        f"registry:5000/team/fcn:latest@sha256:{'0a' * 32}",
    ],
)
def test_an_image_with_a_tag_that_stays_or_a_digest_is_taken(pipeline, image):
    pipeline.container("Trainer")["image"] = image

    assert pipeline.problems() == []


def test_a_step_without_a_command_is_refused(pipeline):
    del pipeline.container("Trainer")["command"]

    assert pipeline.problem().startswith("Trainer: it has no command")
    assert "[python, -m, components.kubeflow.entry_point]" in pipeline.problem()


def test_a_driver_that_never_runs_is_refused(pipeline):
    check = {"preCacheCheck": {"command": ["python"], "args": ["driver"]}}
    pipeline.container("ImageExampleGen")["lifecycle"] = check

    assert pipeline.problem().startswith("ImageExampleGen: its lifecycle.preCacheCheck")
    assert "by a component without a driver" in pipeline.problem()


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

    assert pipeline.problem().startswith(
        "Trainer: the launcher does not substitute the placeholder"
    )
    assert f"{placeholder}: take it out" in pipeline.problem()


@pytest.mark.parametrize(
    "placeholder",
    [
        "{{$}}",
        "{{$.inputs.parameters['custom_config']}}",
        "{{$.inputs.artifacts['examples'].uri}}",
        "{{$.outputs.artifacts['model'].path}}",
    ],
)
def test_a_placeholder_for_what_the_component_declares_is_taken(pipeline, placeholder):
    pipeline.container("Trainer")["args"].append(f"--x={placeholder}")

    assert pipeline.problems() == []


def test_a_placeholder_within_a_constant_is_refused(pipeline):
    pipeline.parameters("Pusher")["served_folder"] = constant("/served/{{$.pipeline_job_name}}")

    assert "in the place of {{$.pipeline_job_name}} in its parameter" in pipeline.problem()
    assert "give the value itself" in pipeline.problem()


@pytest.mark.parametrize("placeholder", sorted(backend.RUN_PLACEHOLDERS))
def test_a_constant_that_the_driver_replaces_is_accepted(pipeline, placeholder):
    pipeline.give("Pusher", "run", placeholder)

    assert pipeline.problems() == []
