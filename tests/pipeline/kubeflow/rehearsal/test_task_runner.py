"""Retries of a task, and importers."""

from __future__ import annotations

import json

import pytest

from pipeline.kubeflow.rehearsal.outcome import TaskState
from tests.fakes.kubeflow.rehearsed import WRITES, build_pipeline, rehearse, step

READER = step(
    "print((place('inputs', 'model') / 'f').read_text())", reads={"model": ("A", "model")}
)


def policy(retries, longest, wait="0s"):
    return {"maxRetryCount": retries, "backoffDuration": wait, "backoffMaxDuration": longest}


def flaky(tmp_path, end="sys.exit('not yet')"):
    """Fails at its first attempt, and writes down the output's URI of each attempt."""
    notes = str(tmp_path / "uris")
    return f"""
seen = pathlib.Path({notes!r}).read_text() if os.path.exists({notes!r}) else ''
open({notes!r}, 'a').write(given['outputs']['artifacts']['model']['artifacts'][0]['uri'] + '\\n')
if not seen:
    print('partial'); write('model', 'half', 'x'); {end}
{WRITES}
"""


def one(script, **changes):
    return build_pipeline({"A": step(script, makes=["model"], **changes)})


@pytest.mark.parametrize("end", ["sys.exit('not yet')", "os.kill(os.getpid(), 9)"])
def test_a_retry_writes_to_the_same_uri(tmp_path, end):
    document = one(flaky(tmp_path, end), retries=policy(2, "60s"))

    rehearsal = rehearse(tmp_path, document)

    run = rehearsal.tasks["A"]
    assert (rehearsal.state, run.attempts, run.reason) == ("SUCCEEDED", 2, "")
    first, second = (tmp_path / "uris").read_text().split()
    assert first == second
    assert [p.name for p in rehearsal.find_artifact("A", "model").iterdir()] == ["weights"]


def test_each_attempt_has_its_own_log(tmp_path):
    rehearsal = rehearse(tmp_path, one(flaky(tmp_path), retries=policy(1, "60s")))

    logs = rehearsal.tasks["A"].log.parent
    assert "partial" in (logs / "A-1.log").read_text()
    assert "exit status 1" in (logs / "A-1.log").read_text()
    assert (logs / "A-2.log").read_text() == ""


def test_the_log_of_each_attempt_is_stored_and_registered(tmp_path):
    rehearsal = rehearse(tmp_path, one(flaky(tmp_path), retries=policy(1, "60s")))

    registered = json.loads((tmp_path / "work/metadata.json").read_text())["artifacts"].values()
    logs = [a["uri"] for a in registered if a["metadata"]["display_name"] == "executor-logs"]
    assert [uri.rpartition("/")[2] for uri in logs] == ["executor-logs-0", "executor-logs-1"]
    assert rehearsal.tasks["A"].outputs.artifacts["executor-logs"].uri == logs[1]
    first, second = (rehearsal.store.find_path(uri).read_text() for uri in logs)
    assert ("not yet" in first, second) == (True, "")


def test_each_attempt_has_the_same_paths_and_an_empty_disk(tmp_path):
    notes = str(tmp_path / "notes")
    script = f"""
root = pathlib.Path(os.environ['FCN_STAGED_ROOT'])
places = [str(root), os.getcwd(), os.environ['TMPDIR'], given['outputs']['outputFile']]
left = [path.name for folder in places[:3] for path in pathlib.Path(folder).rglob('left')]
open({notes!r}, 'a').write(json.dumps([places, left]) + '\\n')
for folder in places[:3]: (pathlib.Path(folder) / 'left').touch()
sys.exit(1)
"""

    rehearse(tmp_path, one(script, retries=policy(1, "60s")))

    first, second = (tmp_path / "notes").read_text().splitlines()
    assert first == second
    assert first.endswith(", []]")


def test_a_step_without_a_retry_policy_is_tried_once(tmp_path):
    rehearsal = rehearse(tmp_path, one("sys.exit(3)"))

    assert rehearsal.tasks["A"].attempts == 1
    assert rehearsal.tasks["A"].reason == "exit status 3"


@pytest.mark.parametrize(
    "retries",
    [
        pytest.param({"maxRetryCount": 2}, id="no-longest-time"),
        pytest.param(policy(2, "5s", wait="60s"), id="the-wait-is-longer"),
    ],
)
def test_a_retry_after_the_longest_duration_does_not_start(tmp_path, retries):
    rehearsal = rehearse(tmp_path, one(flaky(tmp_path), retries=retries))

    run = rehearsal.tasks["A"]
    assert (run.state, run.attempts) == (TaskState.FAILED, 1)
    assert "backoffMaxDuration" in run.reason


def test_a_step_that_never_succeeds_uses_all_its_attempts(tmp_path):
    rehearsal = rehearse(tmp_path, one("sys.exit(1)", retries=policy(2, "60s")))

    run = rehearsal.tasks["A"]
    assert (run.state, run.attempts) == (TaskState.FAILED, 3)


def test_an_importer_registers_an_object_of_the_store(tmp_path):
    document = build_pipeline({"A": step("", makes=["model"]), "B": READER})
    importer = {"artifactUri": {"constant": "minio://mlpipeline/v2/artifacts/given"}}
    document["deploymentSpec"]["executors"]["A_executor"] = {"importer": importer}
    given = tmp_path / "work/store/minio/mlpipeline/v2/artifacts/given"
    given.mkdir(parents=True)
    (given / "f").write_text("imported")

    first, second = (rehearse(tmp_path, document) for _ in range(2))

    assert first.tasks["B"].log.read_text() == "imported\n"
    imported = [r.tasks["A"].outputs.artifacts["model"].id for r in (first, second)]
    assert imported[0] == imported[1]
