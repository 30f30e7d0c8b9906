"""Pipelines and parameters that the API server accepts, and those that it rejects."""

from __future__ import annotations

import pytest
import yaml

from pipeline.kubeflow.rehearsal import submission
from pipeline.kubeflow.rehearsal.outcome import Refused
from tests.fakes.kubeflow.rehearsed import build_pipeline, platform, step

PARAMETERS = {
    "data": {"parameterType": "STRING", "defaultValue": "/data"},
    "steps": {"parameterType": "NUMBER_INTEGER"},
}


def read(folder, *documents):
    path = folder / "pipeline.yaml"
    path.write_text(yaml.safe_dump_all(documents))
    return submission.read(path)


def choose(folder, given):
    pipeline = read(folder, build_pipeline({"A": step("")}, PARAMETERS))
    return submission.choose_arguments(pipeline, given)


def test_parameters_are_those_given_and_the_defaults(tmp_path):
    assert choose(tmp_path, {"steps": 3}) == {"data": "/data", "steps": 3}


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        pytest.param({}, "'steps' has no default", id="missing"),
        pytest.param({"steps": 1, "stesp": 2}, "no parameter 'stesp'.* data", id="unknown"),
        pytest.param({"steps": "1"}, "give a NUMBER_INTEGER", id="another-type"),
        pytest.param({"steps": True}, "give a NUMBER_INTEGER", id="a-flag"),
    ],
)
def test_invalid_parameters_are_refused(tmp_path, given, problem):
    with pytest.raises(Refused, match=problem):
        choose(tmp_path, given)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        pytest.param({"schemaVersion": "2.0.0"}, "schemaVersion is '2.0.0'", id="schema"),
        pytest.param({"pipelineSpec": {}}, "unknown field", id="wrapped"),
        pytest.param({"deploymentSpec": {}}, "'A_executor', which does not exist", id="dangling"),
    ],
)
def test_an_invalid_document_is_refused(tmp_path, change, problem):
    with pytest.raises(Refused, match=problem):
        read(tmp_path, {**build_pipeline({"A": step("")}), **change})


def test_a_resolver_is_not_implemented(tmp_path):
    document = build_pipeline({"A": step("")})
    document["deploymentSpec"]["executors"]["A_executor"] = {"resolver": {}}

    with pytest.raises(Refused, match="'A_executor', which is a resolver"):
        read(tmp_path, document)


def test_a_condition_is_refused(tmp_path):
    document = build_pipeline({"A": step("")})
    task = document["components"]["tfx-dag"]["dag"]["tasks"]["A"]
    task["triggerPolicy"] = {"condition": "true"}

    with pytest.raises(Refused, match="remove `Cond`"):
        read(tmp_path, document)


def test_a_third_document_is_refused(tmp_path):
    document = build_pipeline({"A": step("")})

    with pytest.raises(Refused, match="3 documents"):
        read(tmp_path, document, platform("A_executor"), {"more": 1})


def test_an_unknown_kubernetes_setting_is_refused(tmp_path):
    with pytest.raises(Refused, match="KubernetesExecutorConfig"):
        read(tmp_path, build_pipeline({"A": step("")}), platform("A_executor", nodeSelektor={}))


def test_variables_from_a_config_map_are_refused(tmp_path):
    settings = platform("A_executor", configMapAsEnv=[{"configMapName": "settings"}])

    with pytest.raises(Refused, match="A_executor takes variables from a config map"):
        read(tmp_path, build_pipeline({"A": step("")}), settings)


def test_invalid_yaml_is_refused(tmp_path):
    (tmp_path / "x.yaml").write_text("{")

    with pytest.raises(Refused, match="not YAML"):
        submission.read(tmp_path / "x.yaml")
