"""What Kubernetes is to give each step's pods."""

from __future__ import annotations

import pytest
from kfp.kubernetes.kubernetes_executor_config_pb2 import KubernetesExecutorConfig
from linted import Pipeline

newer_only = pytest.mark.skipif(
    "security_context" not in KubernetesExecutorConfig.DESCRIPTOR.fields_by_name,
    reason="The older track's kfp-kubernetes has no security context.",
)


@pytest.fixture
def pipeline():
    return Pipeline()


def test_the_shared_memory_that_the_backend_ignores_is_refused(pipeline):
    pipeline.pod("Trainer")["enabledSharedMemory"] = {"volumeName": "shm", "size": "8Gi"}

    assert pipeline.problem().startswith("Trainer: the backend ignores enabledSharedMemory")
    assert "emptyDirMounts with medium Memory" in pipeline.problem()


@newer_only
@pytest.mark.parametrize(
    ("context", "mend"),
    [
        ({"runAsUser": "0"}, "set securityContext.runAsUser to another user id"),
        ({"runAsNonRoot": False}, "set securityContext.runAsNonRoot to true"),
    ],
)
def test_a_step_that_runs_as_root_is_refused(pipeline, context, mend):
    pipeline.pod("Trainer")["securityContext"] = context

    assert pipeline.problem().startswith("Trainer: it ")
    assert mend in pipeline.problem()


@newer_only
@pytest.mark.parametrize("context", [{}, {"runAsUser": "12345", "runAsNonRoot": True}])
def test_a_step_of_another_user_is_taken(pipeline, context):
    pipeline.pod("Trainer")["securityContext"] = context

    assert pipeline.problems() == []


def test_a_pull_policy_that_the_driver_refuses_is_refused(pipeline):
    pipeline.pod("Trainer")["imagePullPolicy"] = "Sometimes"

    assert pipeline.problem().startswith("Trainer: its imagePullPolicy 'Sometimes'")
    assert "Always, IfNotPresent, Never" in pipeline.problem()


@pytest.mark.parametrize(
    "settings",
    [
        {"secretAsEnv": [{"keyToEnv": [{"secretKey": "url", "envVar": "X"}]}]},
        {"secretAsVolume": [{"mountPath": "/secrets"}]},
        {"configMapAsEnv": [{"keyToEnv": [{"configMapKey": "url", "envVar": "X"}]}]},
        {"imagePullSecret": [{}]},
    ],
    ids=lambda settings: next(iter(settings)),
)
def test_a_source_without_a_name_is_refused(pipeline, settings):
    pipeline.pod("Notification").update(settings)

    assert pipeline.problem().startswith(f"Notification: a {next(iter(settings))} has no ")
    assert pipeline.problem().endswith("name it.")


def test_a_secret_of_no_variable_is_refused(pipeline):
    del pipeline.pod("Notification")["secretAsEnv"][0]["keyToEnv"][0]["envVar"]

    assert pipeline.problem().startswith("Notification: a secretAsEnv of fcn-webhook lacks")
    assert "give secretKey and envVar" in pipeline.problem()
