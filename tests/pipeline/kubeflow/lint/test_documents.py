"""Pipelines in YAML: what the backend does not accept in a file."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.kubeflow import lint
from tests.fakes.kubeflow.linted import Pipeline


@pytest.fixture
def pipeline():
    return Pipeline()


def problem(text):
    (found,) = lint.find_problems_in_text(text)
    return found


def test_a_third_document_is_refused(pipeline):
    text = pipeline.text() + "---\nplatforms: {}\n"

    assert problem(text).rule == "too-many-documents"
    assert "3 documents" in problem(text).message


def test_an_empty_document_at_the_end_is_ignored(pipeline):
    assert lint.find_problems_in_text(pipeline.text() + "---\n") == []


def test_the_wrapped_form_is_refused(pipeline):
    wrapped = yaml.safe_dump_all([{"pipelineSpec": pipeline.spec}, pipeline.platform])

    assert problem(wrapped).rule == "wrapped-pipeline"


def test_an_unknown_field_of_the_pipeline_is_refused(pipeline):
    pipeline.tasks["Trainer"]["priority"] = 3

    assert problem(pipeline.text()).rule == "unknown-document-field"
    assert problem(pipeline.text()).place == "first document (pipeline)"
    assert "'priority'" in problem(pipeline.text()).message


def test_an_unknown_field_of_the_platform_is_refused(pipeline):
    pipeline.platform["platforms"]["kubernetes"]["deployment"] = {}

    assert problem(pipeline.text()).rule == "unknown-document-field"
    assert problem(pipeline.text()).place == "second document (platform)"
    assert "'deployment'" in problem(pipeline.text()).message


def test_an_empty_file_is_refused():
    assert problem("").rule == "empty-file"


@pytest.mark.parametrize("text", ["a: [1", "a: .nan", "a: 2026-11-21", "&a [*a]"])
def test_text_that_is_not_yaml_or_not_json_is_refused(text):
    assert problem(text).rule == "not-yaml"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
PARTS = ["spec", "root", "containers", "platform", "pods", "tasks"]


@settings(deadline=None, max_examples=60)
@given(part=st.sampled_from(PARTS), key=st.integers(0, 20), value=JSON)
def test_a_file_with_any_value_in_any_place_raises_nothing(part, key, value):
    pipeline = Pipeline()
    broken = getattr(pipeline, part)
    broken[sorted(broken)[key % len(broken)]] = value

    assert all(found.rule in lint.RULES for found in lint.find_problems_in_text(pipeline.text()))
