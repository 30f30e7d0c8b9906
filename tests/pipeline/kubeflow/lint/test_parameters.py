"""Parameters: who gives them, and of which type."""

from __future__ import annotations

import pytest

from tests.fakes.linted import Pipeline, constant, from_parent


@pytest.fixture
def pipeline():
    return Pipeline()


def declared(pipeline, component):
    return pipeline.component(component)["inputDefinitions"]["parameters"]


def test_a_parameter_that_the_nested_tasks_are_not_given_is_refused(pipeline):
    del declared(pipeline, "tfx-dag")["data"]
    del pipeline.parameters("tfx-dag")["data"]

    assert pipeline.problem().startswith("ImageExampleGen: its parameter 'input_base' reads 'data'")
    assert "inputDefinitions of tfx-dag and hand it down" in pipeline.problem()


def test_a_parameter_that_is_declared_for_the_nested_tasks_but_not_handed_down_is_refused(pipeline):
    del pipeline.parameters("tfx-dag")["data"]

    assert pipeline.problem().startswith("tfx-dag: nobody gives its parameter 'data'")
    assert "give it a value in the task's inputs" in pipeline.problem()


def test_a_parameter_that_the_run_does_not_have_is_refused(pipeline):
    del pipeline.root["inputDefinitions"]["parameters"]["data"]

    assert pipeline.problem().startswith("tfx-dag: its parameter 'data' reads 'data'")
    assert "inputDefinitions of root." in pipeline.problem()


def test_a_run_needs_to_give_no_parameter(pipeline):
    del pipeline.root["inputDefinitions"]["parameters"]["data"]["defaultValue"]

    assert pipeline.problem().startswith("The pipeline's parameter 'data' has no default")
    assert "defaultValue" in pipeline.problem()


def test_an_optional_parameter_of_the_run_needs_no_default(pipeline):
    optional = {"parameterType": "STRING", "isOptional": True}
    pipeline.root["inputDefinitions"]["parameters"]["note"] = optional

    assert pipeline.problems() == []


def test_a_parameter_that_a_component_needs_and_nobody_gives_is_refused(pipeline):
    del pipeline.parameters("Pusher")["served_folder"]

    assert pipeline.problem().startswith("Pusher: nobody gives its parameter 'served_folder'")


def test_a_parameter_with_a_default_need_not_be_given(pipeline):
    del pipeline.parameters("Pusher")["served_folder"]
    declared(pipeline, "Pusher")["served_folder"]["defaultValue"] = "/served/flowers"

    assert pipeline.problems() == []


def test_a_parameter_that_its_component_does_not_declare_is_refused(pipeline):
    pipeline.parameters("Pusher")["attempt"] = constant("2")

    assert pipeline.problem().startswith("Pusher: it is given 'attempt', which Pusher does not")
    assert "add it to its inputDefinitions" in pipeline.problem()


def test_an_output_of_tfx_s_task_names_is_refused_with_those_that_are_there(pipeline):
    source = {"producerTask": "Trainer_task", "outputParameterKey": "steps"}
    pipeline.parameters("Pusher")["served_folder"] = {"taskOutputParameter": source}

    assert "output of the task 'Trainer_task', which tfx-dag does not have" in pipeline.problem()
    assert "'Trainer'" in pipeline.problem()


def test_an_output_that_its_task_does_not_declare_is_refused(pipeline):
    source = {"producerTask": "Trainer", "outputParameterKey": "steps"}
    pipeline.parameters("Pusher")["served_folder"] = {"taskOutputParameter": source}

    assert pipeline.problem().startswith("Pusher: its parameter 'served_folder' reads 'steps' of")
    assert "name one of []" in pipeline.problem()


def test_an_output_of_another_type_is_refused(pipeline):
    outputs = {"steps": {"parameterType": "NUMBER_INTEGER"}}
    pipeline.component("Trainer")["outputDefinitions"]["parameters"] = outputs
    source = {"producerTask": "Trainer", "outputParameterKey": "steps"}
    pipeline.parameters("Pusher")["served_folder"] = {"taskOutputParameter": source}

    assert "is declared STRING and comes from a NUMBER_INTEGER" in pipeline.problem()
    assert "declare both alike" in pipeline.problem()


def test_a_runtime_value_that_is_no_constant_is_refused(pipeline):
    pipeline.parameters("Pusher")["served_folder"] = {"runtimeValue": {"runtimeParameter": "x"}}

    assert "'served_folder' is a runtime_parameter" in pipeline.problem()
    assert "write runtimeValue.constant" in pipeline.problem()


def test_a_parameter_without_source_is_refused(pipeline):
    pipeline.parameters("Pusher")["served_folder"] = {}

    assert "Pusher: its parameter 'served_folder' has no source" in pipeline.problem()


def test_a_parameter_without_type_is_refused(pipeline):
    pipeline.root["inputDefinitions"]["parameters"]["seed"] = {"defaultValue": 1}

    assert pipeline.problem().startswith("root: its parameter 'seed' has no type")
    assert "declare a parameterType" in pipeline.problem()


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

    default, given = pipeline.problems()
    assert default.startswith(f"root: the default of 'seed' is declared {kind} and is ")
    assert given.startswith(f"Pusher: its parameter 'seed' is declared {kind} and is ")
    assert given.endswith("give a value of that type.")


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
def test_a_default_of_the_type_that_is_declared_is_taken(pipeline, kind, value):
    right = {"parameterType": kind, "defaultValue": value}
    pipeline.root["inputDefinitions"]["parameters"]["seed"] = right

    assert pipeline.problems() == []


def test_a_parameter_of_the_run_of_another_type_is_refused(pipeline):
    number = {"parameterType": "NUMBER_INTEGER"}
    declared(pipeline, "BaselineModel")["steps"] = number
    pipeline.parameters("BaselineModel")["steps"] = from_parent("data")

    assert "declared NUMBER_INTEGER and comes from a STRING" in pipeline.problem()


def test_a_type_that_is_none_is_a_sentence_and_no_traceback(pipeline):
    declared(pipeline, "Pusher")["served_folder"] = {"parameterType": 99}

    assert "declared type 99 and comes from a STRING" in pipeline.problem()
