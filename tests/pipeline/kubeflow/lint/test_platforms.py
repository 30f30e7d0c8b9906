"""The second document: platforms, labels, fields."""

from __future__ import annotations

import pytest

from tests.fakes.linted import Pipeline


@pytest.fixture
def pipeline():
    return Pipeline()


def test_settings_for_a_step_that_does_not_exist_are_refused(pipeline):
    pipeline.pods["Tuner_executor"] = {"imagePullPolicy": "Always"}

    assert pipeline.problem().startswith("Tuner_executor: Kubernetes settings for a step that does")
    assert "'Trainer_executor'" in pipeline.problem()


def test_another_platform_is_refused(pipeline):
    pipeline.platform["platforms"]["vertex"] = {}

    assert pipeline.problem().startswith("The platform 'vertex' is unknown")
    assert "write them under 'kubernetes'" in pipeline.problem()


def test_a_field_that_kubernetes_settings_do_not_have_is_refused(pipeline):
    pipeline.pod("Trainer")["gpuMemory"] = "80G"

    assert pipeline.problem().startswith("Trainer_executor: unknown field 'gpuMemory'")
    assert "take it out" in pipeline.problem()


def test_a_field_of_another_type_is_a_sentence_and_no_traceback(pipeline):
    pipeline.pod("Pusher")["pvcMount"] = "/served"

    assert any(sentence.startswith("Pusher_executor: ") for sentence in pipeline.problems())


def test_a_pipeline_without_kubernetes_settings_has_none_to_refuse(pipeline):
    pipeline.platform.clear()

    assert not [
        sentence for sentence in pipeline.problems() if "Kubernetes settings for" in sentence
    ]
