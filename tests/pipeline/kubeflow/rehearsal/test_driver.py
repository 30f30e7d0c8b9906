"""What a task is told: inputs found, outputs named."""

from __future__ import annotations

import pytest
from google.protobuf import json_format
from kfp.pipeline_spec import pipeline_spec_pb2

from pipeline.kubeflow import backend
from pipeline.kubeflow.rehearsal import driver
from pipeline.kubeflow.rehearsal.driver import Inputs, RunNames, Scope
from pipeline.kubeflow.rehearsal.failures import DriverFailed
from pipeline.kubeflow.rehearsal.outcome import Artifact, Outputs

NAMES = RunNames("tiny", "run-1", "tiny-abc")
MODEL = Artifact(7, "s3://b/model", {"blessed": 1})


def resolved(source, spec, scope=None, inputs=Inputs()):  # noqa: B008
    """One input parameter `x` of a task."""
    task = {
        "taskInfo": {"name": "Trainer"},
        "inputs": {"parameters": {"x": source} if source else {}},
    }
    component = {"inputDefinitions": {"parameters": {"x": spec}}}
    found = driver.resolve(
        json_format.ParseDict(task, pipeline_spec_pb2.PipelineTaskSpec()),
        json_format.ParseDict(component, pipeline_spec_pb2.ComponentSpec()),
        scope or Scope(inputs),
        NAMES,
    )
    return dict(found.parameters)


def read(source, scope):
    """One input artifact of a task."""
    message = pipeline_spec_pb2.TaskInputsSpec.InputArtifactSpec()
    return driver.artifact("model", json_format.ParseDict(source, message), scope)


STRING = {"parameterType": "STRING"}
INTEGER = {"parameterType": "NUMBER_INTEGER"}


def test_a_nested_dag_knows_only_what_is_handed_down():
    source = {"componentInputParameter": "steps"}

    assert resolved(source, INTEGER, inputs=Inputs({"steps": 3.0})) == {"x": 3.0}
    with pytest.raises(DriverFailed, match="parent DAG does not have input parameter 'steps'"):
        resolved(source, INTEGER)


def test_the_run_names_itself_where_the_yaml_asks():
    source = {"runtimeValue": {"constant": "{{$.pipeline_job_uuid}}"}}

    assert resolved(source, STRING) == {"x": "run-1"}


@pytest.mark.parametrize("placeholder", sorted(backend.RUN_PLACEHOLDERS))
def test_every_placeholder_of_the_backend_is_filled(placeholder):
    source = {"runtimeValue": {"constant": placeholder}}

    assert resolved(source, STRING)["x"] in {"run-1", "tiny-abc", "Trainer"}


def test_an_input_that_nobody_gives_has_its_components_default():
    assert resolved(None, {**INTEGER, "defaultValue": 2.0}) == {"x": 2.0}


def test_an_optional_input_that_nobody_gives_is_left_out():
    assert resolved(None, {**INTEGER, "isOptional": True}) == {}


def test_an_input_that_nobody_gives_is_refused():
    with pytest.raises(DriverFailed, match="neither value nor default"):
        resolved(None, INTEGER)


def test_a_number_from_a_task_is_no_text_where_a_number_is_wanted():
    source = {"taskOutputParameter": {"producerTask": "A", "outputParameterKey": "n"}}
    scope = Scope(Inputs(), outputs={"A": Outputs(parameters={"n": 3})})

    assert resolved(source, INTEGER, scope) == {"x": 3}
    assert resolved(source, STRING, scope) == {"x": "3"}


def test_an_output_that_no_task_has_is_refused():
    source = {"taskOutputParameter": {"producerTask": "A", "outputParameterKey": "n"}}

    with pytest.raises(DriverFailed, match="'A' has no output parameter 'n'"):
        resolved(source, STRING)


def test_the_final_status_is_json_text():
    scope = Scope(Inputs(), ends={"tfx-dag": "COMPLETE"})

    found = resolved({"taskFinalStatus": {"producerTask": "tfx-dag"}}, STRING, scope)

    assert found["x"] == (
        '{"error":{},"pipelineJobResourceName":"tiny-abc",'
        '"pipelineTaskName":"tfx-dag","state":"COMPLETE"}'
    )


def test_artifacts_come_from_a_task_or_from_the_dag():
    from_task = {"taskOutputArtifact": {"producerTask": "A", "outputArtifactKey": "m"}}
    scope = Scope(Inputs(artifacts={"given": MODEL}), outputs={"A": Outputs({"m": MODEL})})

    assert read(from_task, scope) is MODEL
    assert read({"componentInputArtifact": "given"}, scope) is MODEL


@pytest.mark.parametrize(
    "source",
    [
        {"taskOutputArtifact": {"producerTask": "A", "outputArtifactKey": "m"}},
        {"componentInputArtifact": "given"},
    ],
)
def test_an_artifact_that_is_not_there_is_refused(source):
    with pytest.raises(DriverFailed, match="failed to resolve input artifact 'model'"):
        read(source, Scope(Inputs()))
