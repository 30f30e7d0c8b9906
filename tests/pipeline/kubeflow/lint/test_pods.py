"""What Kubernetes is to give each step's pods."""

from __future__ import annotations

import pytest
from kfp.kubernetes.kubernetes_executor_config_pb2 import KubernetesExecutorConfig

from tests.fakes.linted import Pipeline

newer_only = pytest.mark.skipif(
    "security_context" not in KubernetesExecutorConfig.DESCRIPTOR.fields_by_name,
    reason="The older track's kfp-kubernetes has no security context.",
)

PLANTED = "https://hooks.example/xoxb-planted"


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


@pytest.fixture
def webhook(pipeline):
    return pipeline.pod("Notification")["secretAsEnv"][0]


@pytest.mark.parametrize("key", [PLANTED, "xoxb-planted!", "xoxb-planted\n", "xoxb-planted" * 22])
def test_a_secret_s_key_that_is_none_is_refused_and_not_told(pipeline, webhook, key):
    webhook["keyToEnv"][0]["secretKey"] = key

    assert pipeline.problem().startswith(
        "Notification: a secretAsEnv of fcn-webhook has a secretKey that is none"
    )
    assert "write the key by which the secret holds the value" in pipeline.problem()
    assert "xoxb-planted" not in pipeline.problem()


@pytest.mark.parametrize("key", ["url", "webhook.txt", "_URL-2"])
def test_a_secret_s_key_is_taken(pipeline, webhook, key):
    webhook["keyToEnv"][0]["secretKey"] = key

    assert pipeline.problems() == []


@pytest.mark.parametrize("field", ["secretAsEnv", "secretAsVolume", "imagePullSecret"])
@pytest.mark.parametrize("name", [PLANTED, "xoxb-planted_1"])
def test_a_secret_s_name_that_is_none_is_refused_and_not_told(pipeline, field, name):
    mount = {"mountPath": "/secrets"} if field == "secretAsVolume" else {}
    pipeline.pod("Notification")[field] = [{"secretName": name, **mount}]

    assert pipeline.problem().startswith(
        f"Notification: Kubernetes refuses the secret_name of a {field}, which is not told here"
    )
    assert "write the name that it has in Kubernetes" in pipeline.problem()
    assert "xoxb-planted" not in pipeline.problem()


def test_a_secret_s_name_in_the_place_of_a_parameter_is_refused_and_not_told(pipeline, webhook):
    webhook["secretNameParameter"] = {"runtimeValue": {"constant": PLANTED}}

    assert "refuses the secret_name of a secretAsEnv" in pipeline.problem()
    assert "xoxb-planted" not in pipeline.problem()


def test_a_wrong_name_of_a_secret_is_told_by_no_other_problem_either(pipeline, webhook):
    webhook.update(secretName=PLANTED, keyToEnv=[{"secretKey": "url"}])
    pipeline.pod("Notification")["secretAsVolume"] = [{"secretName": PLANTED, "mountPath": "x"}]

    assert len(pipeline.problems()) == 4
    assert "xoxb-planted" not in " ".join(pipeline.problems())


@pytest.mark.parametrize("name", [f"URL={PLANTED}", "xoxb-planted", "2xoxb_planted", "ü"])
def test_a_secret_s_variable_that_is_none_is_refused_and_not_told(pipeline, webhook, name):
    webhook["keyToEnv"][0]["envVar"] = name

    assert pipeline.problem().startswith(
        "Notification: the name of an environment variable in secretAsEnv is none"
    )
    assert "take letters, digits and _, and no digit first" in pipeline.problem()
    assert name not in pipeline.problem()


@pytest.mark.parametrize(
    "settings",
    [
        {"configMapAsEnv": [{"configMapName": "c", "keyToEnv": [{"envVar": "a-b"}]}]},
        {"fieldPathAsEnv": [{"name": "a-b", "fieldPath": "metadata.name"}]},
    ],
    ids=lambda settings: next(iter(settings)),
)
def test_a_variable_from_elsewhere_that_is_none_is_refused(pipeline, settings):
    pipeline.pod("Notification").update(settings)

    assert f"environment variable in {next(iter(settings))} is none" in pipeline.problem()


def test_a_container_s_variable_that_is_none_is_told_by_no_problem(pipeline):
    variable = {"name": "xoxb-planted_TOKEN", "value": "https://a:b@hooks.example"}
    pipeline.container("Notification")["env"] = [variable]

    assert len(pipeline.problems()) == 3
    assert "environment variable in its container's env is none" in pipeline.problems()[2]
    assert "xoxb-planted" not in " ".join(pipeline.problems())


@pytest.mark.parametrize("place", ["podMetadata", "nodeSelector"])
def test_a_label_that_kubernetes_refuses_is_refused(pipeline, place):
    pipeline.pod("Trainer")[place] = {"labels": {"team": "Team Vision"}}

    assert pipeline.problem().startswith(
        f"Trainer: Kubernetes refuses the label 'team': 'Team Vision' in its {place} for its value:"
    )
    assert "at most 63 letters, digits" in pipeline.problem()
