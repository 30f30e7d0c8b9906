"""The inputs that the driver resolves for a task."""

from __future__ import annotations

import pytest

from pipeline.kubeflow import backend
from pipeline.kubeflow.compiled import read_leniently
from pipeline.kubeflow.rehearsal import driver
from pipeline.kubeflow.rehearsal.driver import RunNames, Scope, TaskInputs
from pipeline.kubeflow.rehearsal.outcome import Artifact, DriverFailed, TaskOutputs
from pipeline.kubeflow.rehearsal.states import States

NAMES = RunNames("tiny", "run-1", "tiny-abc")
MODEL = Artifact(7, "s3://b/model", {"blessed": 1})
STRING = {"parameterType": "STRING"}
INTEGER = {"parameterType": "NUMBER_INTEGER"}
NUMBER_OF_A = {"taskOutputParameter": {"producerTask": "A", "outputParameterKey": "n"}}
MODEL_OF_A = {"taskOutputArtifact": {"producerTask": "A", "outputArtifactKey": "m"}}


def resolve(scope, inputs, declared=None):
    """The inputs of a task, of a component that declares these parameters."""
    task = {"componentRef": {"name": "Trainer"}, "inputs": inputs}
    component = {"inputDefinitions": {"parameters": declared or {}}}
    pipeline = read_leniently(
        [{"root": {"dag": {"tasks": {"Trainer": task}}}, "components": {"Trainer": component}}]
    )
    return driver.resolve(pipeline.root.tasks["Trainer"], scope, NAMES)


def resolve_parameter(source, spec, scope=None):
    """The parameters of a task with the one input `x`."""
    inputs = {"parameters": {"x": source} if source else {}}
    return resolve(scope or Scope(TaskInputs()), inputs, {"x": spec}).parameters


def resolve_artifact(source, scope):
    """The one input artifact of a task."""
    return resolve(scope, {"artifacts": {"model": source}}).artifacts["model"]


def test_a_nested_task_reads_only_parameters_that_its_dag_has():
    source = {"componentInputParameter": "steps"}

    scope = Scope(TaskInputs({"steps": 3.0}))
    assert resolve_parameter(source, INTEGER, scope) == {"x": 3.0}
    with pytest.raises(DriverFailed, match="'x' reads 'steps'"):
        resolve_parameter(source, INTEGER)


PLACEHOLDERS = {
    backend.JOB_NAME: "tiny-abc",
    backend.JOB_RESOURCE_NAME: "tiny-abc",
    backend.JOB_UUID: "run-1",
    backend.TASK_NAME: "Trainer",
    backend.TASK_UUID: "run-1",
}


def test_every_placeholder_of_the_backend_is_filled():
    filled = {
        placeholder: resolve_parameter({"runtimeValue": {"constant": placeholder}}, STRING)["x"]
        for placeholder in backend.RUN_PLACEHOLDERS
    }

    assert filled == PLACEHOLDERS


def test_a_missing_input_has_its_components_default():
    assert resolve_parameter(None, {**INTEGER, "defaultValue": 2.0}) == {"x": 2.0}


def test_a_missing_optional_input_is_left_out():
    assert resolve_parameter(None, {**INTEGER, "isOptional": True}) == {}


def test_a_missing_input_is_refused():
    with pytest.raises(DriverFailed, match="'x' has no value"):
        resolve_parameter(None, INTEGER)


def test_a_number_becomes_text_only_for_a_parameter_that_is_text():
    scope = Scope(TaskInputs(), outputs={"A": TaskOutputs(parameters={"n": 3})})

    assert resolve_parameter(NUMBER_OF_A, INTEGER, scope) == {"x": 3}
    assert resolve_parameter(NUMBER_OF_A, STRING, scope) == {"x": "3"}


def test_an_output_that_no_task_has_is_refused():
    with pytest.raises(DriverFailed, match="'x' reads 'n' of the task 'A'"):
        resolve_parameter(NUMBER_OF_A, STRING)


def test_the_final_status_is_json_text():
    scope = Scope(TaskInputs(), states=States(tasks={"tfx-dag": "COMPLETE"}))

    found = resolve_parameter({"taskFinalStatus": {"producerTask": "tfx-dag"}}, STRING, scope)

    assert found["x"] == (
        '{"error":{},"pipelineJobResourceName":"tiny-abc",'
        '"pipelineTaskName":"tfx-dag","state":"COMPLETE"}'
    )


def test_artifacts_come_from_a_task_or_from_the_dag():
    scope = Scope(TaskInputs(artifacts={"given": MODEL}), outputs={"A": TaskOutputs({"m": MODEL})})

    assert resolve_artifact(MODEL_OF_A, scope) is MODEL
    assert resolve_artifact({"componentInputArtifact": "given"}, scope) is MODEL


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(MODEL_OF_A, id="of-a-task"),
        pytest.param({"componentInputArtifact": "given"}, id="of-the-dag"),
    ],
)
def test_a_missing_artifact_is_refused(source):
    with pytest.raises(DriverFailed, match=r"'model' reads '(m|given)'"):
        resolve_artifact(source, Scope(TaskInputs()))
