"""Parameters: who gives them, and of which type."""

from __future__ import annotations

import pytest

from tests.fakes.kubeflow.linted import Pipeline, constant, from_parent


@pytest.fixture
def pipeline():
    return Pipeline()


def declared(pipeline, component):
    return pipeline.component(component)["inputDefinitions"]["parameters"]


def test_a_parameter_that_the_dag_does_not_have_is_refused(pipeline):
    del declared(pipeline, "tfx-dag")["data"]
    del pipeline.parameters("tfx-dag")["data"]

    assert pipeline.broken() == [("parameter-not-in-parent", "ImageExampleGen")]
    assert "'data'" in pipeline.problem().message


def test_a_parameter_that_the_dag_declares_but_does_not_get_is_refused(pipeline):
    del pipeline.parameters("tfx-dag")["data"]

    assert pipeline.broken() == [("parameter-missing", "tfx-dag")]
    assert "'data'" in pipeline.problem().message


def test_a_parameter_that_the_run_does_not_have_is_refused(pipeline):
    del pipeline.root["inputDefinitions"]["parameters"]["data"]

    assert pipeline.broken() == [("parameter-not-in-parent", "tfx-dag")]
    assert "'data'" in pipeline.problem().message


def test_a_parameter_of_the_run_without_a_default_is_refused(pipeline):
    del pipeline.root["inputDefinitions"]["parameters"]["data"]["defaultValue"]

    assert pipeline.broken() == [("parameter-without-default", "root")]
    assert "'data'" in pipeline.problem().message


def test_an_optional_parameter_of_the_run_needs_no_default(pipeline):
    optional = {"parameterType": "STRING", "isOptional": True}
    pipeline.root["inputDefinitions"]["parameters"]["note"] = optional

    assert pipeline.problems() == []


def test_a_missing_parameter_is_refused(pipeline):
    del pipeline.parameters("Pusher")["served_folder"]

    assert pipeline.broken() == [("parameter-missing", "Pusher")]
    assert "'served_folder'" in pipeline.problem().message


def test_a_parameter_with_a_default_need_not_be_given(pipeline):
    del pipeline.parameters("Pusher")["served_folder"]
    declared(pipeline, "Pusher")["served_folder"]["defaultValue"] = "/served/flowers"

    assert pipeline.problems() == []


def test_a_parameter_that_its_component_does_not_declare_is_refused(pipeline):
    pipeline.parameters("Pusher")["attempt"] = constant("2")

    assert pipeline.broken() == [("parameter-undeclared", "Pusher")]
    assert "'attempt'" in pipeline.problem().message


def test_an_output_of_an_unknown_task_is_refused(pipeline):
    source = {"producerTask": "Trainer_task", "outputParameterKey": "steps"}
    pipeline.parameters("Pusher")["served_folder"] = {"taskOutputParameter": source}

    assert pipeline.broken() == [("parameter-unknown-output", "Pusher")]
    assert "'Trainer_task'" in pipeline.problem().message


def test_an_output_that_its_task_does_not_declare_is_refused(pipeline):
    source = {"producerTask": "Trainer", "outputParameterKey": "steps"}
    pipeline.parameters("Pusher")["served_folder"] = {"taskOutputParameter": source}

    assert pipeline.broken() == [("parameter-unknown-output", "Pusher")]
    assert "'steps'" in pipeline.problem().message


def test_an_output_of_another_type_is_refused(pipeline):
    outputs = {"steps": {"parameterType": "NUMBER_INTEGER"}}
    pipeline.component("Trainer")["outputDefinitions"]["parameters"] = outputs
    source = {"producerTask": "Trainer", "outputParameterKey": "steps"}
    pipeline.parameters("Pusher")["served_folder"] = {"taskOutputParameter": source}

    assert pipeline.broken() == [("parameter-type", "Pusher")]
    assert "NUMBER_INTEGER" in pipeline.problem().message


def test_a_runtime_value_other_than_a_constant_is_refused(pipeline):
    pipeline.parameters("Pusher")["served_folder"] = {"runtimeValue": {"runtimeParameter": "x"}}

    assert pipeline.broken() == [("parameter-not-constant", "Pusher")]
    assert "'served_folder'" in pipeline.problem().message


def test_a_parameter_without_source_is_refused(pipeline):
    pipeline.parameters("Pusher")["served_folder"] = {}

    assert pipeline.broken() == [("parameter-without-source", "Pusher")]
    assert "'served_folder'" in pipeline.problem().message


def test_a_parameter_without_type_is_refused(pipeline):
    pipeline.root["inputDefinitions"]["parameters"]["seed"] = {"defaultValue": 1}

    assert pipeline.broken() == [("parameter-without-type", "root")]
    assert "'seed'" in pipeline.problem().message


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("STRING", 3),
        ("NUMBER_INTEGER", "3"),
        ("NUMBER_INTEGER", 3.5),
        ("NUMBER_DOUBLE", "0.5"),
        ("BOOLEAN", 1),
        ("LIST", {}),
        ("STRUCT", "{}"),
    ],
)
def test_a_default_and_a_constant_of_another_type_are_refused(pipeline, kind, value):
    wrong = {"parameterType": kind, "defaultValue": value}
    pipeline.root["inputDefinitions"]["parameters"]["seed"] = wrong
    declared(pipeline, "Pusher")["seed"] = {"parameterType": kind}
    pipeline.parameters("Pusher")["seed"] = constant(value)

    assert pipeline.broken() == [("parameter-type", "root"), ("parameter-type", "Pusher")]
    assert all(kind in problem.message for problem in pipeline.problems())


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("STRING", ""),
        ("NUMBER_INTEGER", 3.0),
        ("NUMBER_DOUBLE", 3),
        ("BOOLEAN", False),
        ("LIST", []),
        ("STRUCT", {"a": 1}),
    ],
)
def test_a_default_of_the_declared_type_is_accepted(pipeline, kind, value):
    right = {"parameterType": kind, "defaultValue": value}
    pipeline.root["inputDefinitions"]["parameters"]["seed"] = right

    assert pipeline.problems() == []


def test_a_parameter_of_the_run_of_another_type_is_refused(pipeline):
    number = {"parameterType": "NUMBER_INTEGER"}
    declared(pipeline, "BaselineModel")["steps"] = number
    pipeline.parameters("BaselineModel")["steps"] = from_parent("data")

    assert pipeline.broken() == [("parameter-type", "BaselineModel")]
    assert "'steps'" in pipeline.problem().message


def test_an_unknown_type_is_a_problem_and_not_a_traceback(pipeline):
    declared(pipeline, "Pusher")["served_folder"] = {"parameterType": 99}

    assert pipeline.broken() == [("parameter-type", "Pusher")]
    assert "type 99" in pipeline.problem().message
