"""The environment of a step's process: a pod's variables, none of this machine's."""

from __future__ import annotations

import json

from pipeline import onednn
from pipeline.kubeflow.rehearsal.outcome import TaskState
from tests.fakes.kubeflow.rehearsed import build_pipeline, platform, rehearse, step

SHOW = "print(json.dumps(dict(os.environ)))"
SECRET = {
    "secretName": "webhook",
    "keyToEnv": [{"secretKey": "url", "envVar": "FCN_WEBHOOK_URL"}],
}


def shown(rehearsal, name="A"):
    return json.loads(rehearsal.tasks[name].log.read_text())


def test_nothing_of_this_machine_reaches_a_step(tmp_path, monkeypatch):
    monkeypatch.setenv("PLANTED", "here")

    found = shown(rehearse(tmp_path, build_pipeline({"A": step(SHOW)})))

    assert "PLANTED" not in found
    assert {"PATH", "HOME", "TMPDIR", "FCN_STAGED_ROOT"} <= set(found)


def test_a_step_computes_with_onednn_as_in_the_image(tmp_path):
    found = shown(rehearse(tmp_path, build_pipeline({"A": step(SHOW)})))

    assert found[onednn.VARIABLE] == "1"


def test_a_step_has_no_home_and_an_empty_disk(tmp_path):
    script = """
print(os.path.exists(os.environ['HOME']), os.listdir(), os.listdir(os.environ['TMPDIR']))
"""

    rehearsal = rehearse(tmp_path, build_pipeline({"A": step(script)}))

    assert rehearsal.tasks["A"].log.read_text() == "False [] []\n"


def test_a_secret_reaches_only_the_step_with_its_settings(tmp_path):
    document = build_pipeline({"A": step(SHOW), "B": step(SHOW)})
    settings = platform("A_executor", secretAsEnv=[SECRET])

    rehearsal = rehearse(
        tmp_path, document, settings, secrets={"webhook": {"url": "https://hook/planted"}}
    )

    assert shown(rehearsal, "A")["FCN_WEBHOOK_URL"] == "https://hook/planted"
    assert "planted" not in rehearsal.tasks["B"].log.read_text()
    assert "planted" not in (tmp_path / "work/metadata.json").read_text()


def test_the_newer_field_may_name_a_secret(tmp_path):
    named = {"secretNameParameter": {"runtimeValue": {"constant": "webhook"}}}
    settings = platform("A_executor", secretAsEnv=[{**named, "keyToEnv": SECRET["keyToEnv"]}])

    rehearsal = rehearse(
        tmp_path, build_pipeline({"A": step(SHOW)}), settings, secrets={"webhook": {"url": "u"}}
    )

    assert shown(rehearsal)["FCN_WEBHOOK_URL"] == "u"


def test_a_missing_secret_keeps_the_pod_from_starting(tmp_path):
    settings = platform("A_executor", secretAsEnv=[SECRET])

    rehearsal = rehearse(tmp_path, build_pipeline({"A": step(SHOW)}), settings)

    assert rehearsal.tasks["A"].state is TaskState.LOST
    assert "secret 'webhook' has no key 'url'" in rehearsal.tasks["A"].reason


def test_a_step_has_the_variables_of_its_container(tmp_path):
    document = build_pipeline({"A": step(SHOW)})
    container = document["deploymentSpec"]["executors"]["A_executor"]["container"]
    container["env"] = [{"name": "LEVEL", "value": "2"}]

    assert shown(rehearse(tmp_path, document))["LEVEL"] == "2"


def test_a_step_has_the_fields_of_its_pod(tmp_path):
    wanted = [{"name": "POD", "fieldPath": "metadata.name"}]
    settings = platform("A_executor", fieldPathAsEnv=wanted)

    found = shown(rehearse(tmp_path, build_pipeline({"A": step(SHOW)}), settings))

    assert found["POD"] == "A-1"


def test_the_project_is_importable_from_a_step(tmp_path):
    rehearsal = rehearse(tmp_path, build_pipeline({"A": step("import trainer.config")}))

    assert rehearsal.state == "SUCCEEDED"
