"""Pipelines in YAML: what the backend does not take from a file."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.kubeflow import lint
from tests.fakes.linted import Pipeline


@pytest.fixture
def pipeline():
    return Pipeline()


def problem(text):
    (sentence,) = lint.problems_in_text(text)
    return sentence


def test_a_third_document_is_refused(pipeline):
    text = pipeline.text() + "---\nplatforms: {}\n"

    assert problem(text).startswith("The file has 3 documents")
    assert "put all Kubernetes settings into the second" in problem(text)


def test_an_empty_document_at_the_end_is_none(pipeline):
    assert lint.problems_in_text(pipeline.text() + "---\n") == []


def test_the_wrapped_form_is_refused(pipeline):
    wrapped = yaml.safe_dump_all([{"pipelineSpec": pipeline.spec}, pipeline.platform])

    assert problem(wrapped).startswith("The pipeline is wrapped in a PipelineJob")
    assert "write what is under 'pipelineSpec' alone" in problem(wrapped)


def test_an_unknown_field_of_the_pipeline_is_refused(pipeline):
    pipeline.tasks["Trainer"]["priority"] = 3

    assert problem(pipeline.text()).startswith(
        "In the first document, the pipeline: unknown field "
    )
    assert "'priority'" in problem(pipeline.text())


def test_an_unknown_field_of_the_platform_is_refused(pipeline):
    pipeline.platform["platforms"]["kubernetes"]["deployment"] = {}

    assert "In the second document, the platform: unknown field 'deployment'" in problem(
        pipeline.text()
    )


def test_an_unknown_field_of_a_container_is_refused(pipeline):
    pipeline.container("Trainer")["entrypoint"] = ["sh"]

    assert problem(pipeline.text()).startswith("Trainer_executor: unknown field 'entrypoint'")


def test_a_file_of_nothing_is_refused():
    assert problem("") == "The file is empty. Compile the pipeline again."


@pytest.mark.parametrize("text", ["a: [1", "a: .nan", "a: 2026-11-21", "&a [*a]"])
def test_what_is_no_yaml_or_nothing_for_json_is_refused(text):
    assert problem(text).startswith("The file is not YAML that is also JSON: ")
    assert problem(text).endswith("Compile the pipeline again.")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
PARTS = ["spec", "root", "containers", "platform", "pods", "tasks"]


@settings(deadline=None, max_examples=60)
@given(part=st.sampled_from(PARTS), key=st.integers(0, 20), value=JSON)
def test_a_file_with_anything_in_any_place_is_told_in_sentences(part, key, value):
    pipeline = Pipeline()
    spoilt = getattr(pipeline, part)
    spoilt[sorted(spoilt)[key % len(spoilt)]] = value

    assert all(sentence.endswith(".") for sentence in lint.problems_in_text(pipeline.text()))
