"""Artifact types of the project, as Kubeflow's compiler takes them."""

from __future__ import annotations

from tfx.orchestration.kubeflow.v2 import compiler_utils

from components.artifacts import Rejects


def test_kubeflow_takes_the_types_name():
    assert b"title: components.Rejects" in compiler_utils.get_artifact_schema(Rejects).encode()
