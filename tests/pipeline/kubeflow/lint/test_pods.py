"""Kubernetes settings of the platform and of each step's pods."""

from __future__ import annotations

import pytest
from kfp.kubernetes.kubernetes_executor_config_pb2 import KubernetesExecutorConfig

from tests.fakes.kubeflow.linted import Pipeline

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

    assert pipeline.broken() == [("ignored-shared-memory", "Trainer")]


@newer_only
@pytest.mark.parametrize(
    ("context", "field"),
    [({"runAsUser": "0"}, "runAsUser"), ({"runAsNonRoot": False}, "runAsNonRoot")],
)
def test_a_step_that_runs_as_root_is_refused(pipeline, context, field):
    pipeline.pod("Trainer")["securityContext"] = context

    assert pipeline.broken() == [("runs-as-root", "Trainer")]
    assert field in pipeline.problem().message


@newer_only
@pytest.mark.parametrize("context", [{}, {"runAsUser": "12345", "runAsNonRoot": True}])
def test_a_step_of_another_user_is_accepted(pipeline, context):
    pipeline.pod("Trainer")["securityContext"] = context

    assert pipeline.problems() == []


def test_a_pull_policy_that_the_driver_refuses_is_refused(pipeline):
    pipeline.pod("Trainer")["imagePullPolicy"] = "Sometimes"

    assert pipeline.broken() == [("bad-pull-policy", "Trainer")]
    assert "'Sometimes'" in pipeline.problem().message


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

    assert pipeline.broken() == [("source-without-name", "Notification")]
    assert next(iter(settings)) in pipeline.problem().message


def test_a_secret_without_a_variable_is_refused(pipeline):
    del pipeline.pod("Notification")["secretAsEnv"][0]["keyToEnv"][0]["envVar"]

    assert pipeline.broken() == [("incomplete-secret-key", "Notification")]
    assert "fcn-webhook" in pipeline.problem().message


@pytest.fixture
def webhook(pipeline):
    return pipeline.pod("Notification")["secretAsEnv"][0]


@pytest.mark.parametrize("key", [PLANTED, "xoxb-planted!", "xoxb-planted\n", "xoxb-planted" * 22])
def test_an_invalid_secret_key_is_refused_and_not_shown(pipeline, webhook, key):
    webhook["keyToEnv"][0]["secretKey"] = key

    assert pipeline.broken() == [("bad-secret-key", "Notification")]
    assert "fcn-webhook" in pipeline.problem().message
    assert "xoxb-planted" not in str(pipeline.problem())


@pytest.mark.parametrize(
    ("name", "key"), [("a", "url"), ("1.b-2.c", "webhook.txt"), ("x" * 253, "_URL-2")]
)
def test_a_valid_name_and_key_of_a_secret_are_accepted(pipeline, webhook, name, key):
    webhook["secretName"] = name
    webhook["keyToEnv"][0]["secretKey"] = key

    assert pipeline.problems() == []


@pytest.mark.parametrize("field", ["secretAsEnv", "secretAsVolume", "imagePullSecret"])
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(PLANTED, id="url"),
        pytest.param("xoxb-planted_1", id="underscore"),
        pytest.param("Xoxb-planted", id="capital"),
        pytest.param("xoxb-planted..a", id="empty-label"),
        pytest.param("xoxb-planted.-a", id="leading-hyphen"),
        pytest.param("xoxb-planted.", id="dot-at-the-end"),
        pytest.param("xoxb-planted\n", id="line-break"),
        pytest.param(f"xoxb-planted{'x' * 242}", id="254-characters"),
    ],
)
def test_an_invalid_secret_name_is_refused_and_not_shown(pipeline, field, name):
    mount = {"mountPath": "/secrets"} if field == "secretAsVolume" else {}
    pipeline.pod("Notification")[field] = [{"secretName": name, **mount}]

    assert pipeline.broken() == [("bad-source-name", "Notification")]
    assert field in pipeline.problem().message
    assert "oxb-planted" not in str(pipeline.problem())


def test_an_invalid_secret_name_in_a_parameter_is_refused_and_not_shown(pipeline, webhook):
    webhook["secretNameParameter"] = {"runtimeValue": {"constant": PLANTED}}

    assert pipeline.broken() == [("bad-source-name", "Notification")]
    assert "secretAsEnv" in pipeline.problem().message
    assert "xoxb-planted" not in str(pipeline.problem())


def test_no_other_problem_shows_an_invalid_secret_name(pipeline, webhook):
    webhook.update(secretName=PLANTED, keyToEnv=[{"secretKey": "url"}])
    pipeline.pod("Notification")["secretAsVolume"] = [{"secretName": PLANTED, "mountPath": "x"}]

    assert [rule for rule, _ in pipeline.broken()] == [
        "bad-source-name",
        "bad-source-name",
        "incomplete-secret-key",
        "bad-mount-path",
    ]
    assert "xoxb-planted" not in " ".join(map(str, pipeline.problems()))


@pytest.mark.parametrize("name", [f"URL={PLANTED}", "xoxb-planted", "2xoxb_planted", "ü"])
def test_an_invalid_variable_of_a_secret_is_refused_and_not_shown(pipeline, webhook, name):
    webhook["keyToEnv"][0]["envVar"] = name

    assert pipeline.broken() == [("bad-variable-name", "Notification")]
    assert "secretAsEnv" in pipeline.problem().message
    assert name not in str(pipeline.problem())


@pytest.mark.parametrize(
    "settings",
    [
        {"configMapAsEnv": [{"configMapName": "c", "keyToEnv": [{"envVar": "a-b"}]}]},
        {"fieldPathAsEnv": [{"name": "a-b", "fieldPath": "metadata.name"}]},
    ],
    ids=lambda settings: next(iter(settings)),
)
def test_an_invalid_variable_of_another_source_is_refused(pipeline, settings):
    pipeline.pod("Notification").update(settings)

    assert pipeline.broken() == [("bad-variable-name", "Notification")]
    assert next(iter(settings)) in pipeline.problem().message


def test_no_problem_shows_an_invalid_variable_of_a_container(pipeline):
    variable = {"name": "xoxb-planted_TOKEN", "value": "https://a:b@hooks.example"}
    pipeline.container("Notification")["env"] = [variable]

    assert pipeline.broken() == [
        ("secret-in-plain-text", "Notification"),
        ("password-in-url", "Notification"),
        ("bad-variable-name", "Notification"),
    ]
    assert "xoxb-planted" not in " ".join(map(str, pipeline.problems()))


@pytest.mark.parametrize("place", ["podMetadata", "nodeSelector"])
def test_a_label_that_kubernetes_refuses_is_refused(pipeline, place):
    pipeline.pod("Trainer")[place] = {"labels": {"team": "Team Vision"}}

    assert pipeline.broken() == [("bad-label", "Trainer")]
    assert place in pipeline.problem().message


def test_settings_for_a_step_that_does_not_exist_are_refused(pipeline):
    pipeline.pods["Tuner_executor"] = {"imagePullPolicy": "Always"}

    assert pipeline.broken() == [("settings-without-executor", "Tuner_executor")]
    assert "'Trainer_executor'" in pipeline.problem().message


def test_another_platform_is_refused(pipeline):
    pipeline.platform["platforms"]["vertex"] = {}

    assert pipeline.broken() == [("unknown-platform", "vertex")]
    assert "'kubernetes'" in pipeline.problem().message


def test_a_field_that_kubernetes_settings_do_not_have_is_refused(pipeline):
    pipeline.pod("Trainer")["gpuMemory"] = "80G"

    assert pipeline.broken() == [("unknown-pod-field", "Trainer_executor")]
    assert "'gpuMemory'" in pipeline.problem().message


def test_a_field_of_another_type_is_a_problem_and_not_a_traceback(pipeline):
    pipeline.pod("Pusher")["pvcMount"] = "/served"

    assert ("unknown-pod-field", "Pusher_executor") in pipeline.broken()


def test_a_pipeline_may_have_no_kubernetes_settings(pipeline):
    pipeline.platform.clear()

    assert "settings-without-executor" not in [rule for rule, _ in pipeline.broken()]
