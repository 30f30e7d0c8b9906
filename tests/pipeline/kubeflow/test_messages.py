"""JSON read as messages, strictly and leniently."""

from __future__ import annotations

import pytest
from kfp.pipeline_spec.pipeline_spec_pb2 import PipelineDeploymentConfig, PipelineSpec

from pipeline.kubeflow import messages

ExecutorSpec = PipelineDeploymentConfig.ExecutorSpec


def test_a_valid_message_is_not_refused():
    assert messages.find_refusal({"schemaVersion": "2.1.0"}, PipelineSpec) is None


def test_an_unknown_field_is_named_without_the_known_ones():
    refusal = messages.find_refusal({"container": {"ports": 1}}, ExecutorSpec)

    assert refusal.startswith("unknown field 'ports'")
    assert "Available" not in refusal


@pytest.mark.parametrize("given", [None, 3, "text", ["image"]])
def test_anything_but_a_mapping_is_refused(given):
    assert messages.find_refusal(given, ExecutorSpec) == f"{given!r} is not a mapping of fields"


def test_lenient_reading_keeps_the_known_fields():
    message = messages.parse_leniently({"container": {"image": "a:1", "ports": 1}}, ExecutorSpec)

    assert message.container.image == "a:1"


@pytest.mark.parametrize("given", [None, 3, {"container": 3}, {"container": {"image": []}}])
def test_lenient_reading_of_an_invalid_message_is_empty(given):
    assert messages.parse_leniently(given, ExecutorSpec) == ExecutorSpec()
