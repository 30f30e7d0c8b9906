"""Uploads and runs, against an API server that checks every request."""

import pytest

from pipeline.kubeflow.schedule.client import connect
from pipeline.kubeflow.schedule.endpoint import Endpoint
from pipeline.kubeflow.schedule.errors import ScheduleError, WrongUseError
from pipeline.kubeflow.schedule.run_request import RunRequest
from pipeline.kubeflow.schedule.scheduler import Scheduler
from tests.fakes.kubeflow.api import KfpApi
from tests.fakes.kubeflow.compiled_files import PLATFORM, write_compiled

ROOT = "minio://mlpipeline/v2"
REQUEST = RunRequest(pipeline="flowers", pipeline_root=ROOT)


@pytest.fixture
def api():
    with KfpApi(page=2) as api:
        yield api


@pytest.fixture
def scheduler(api):
    return Scheduler(connect(Endpoint(host=api.url)))


@pytest.fixture
def uploaded(scheduler, tmp_path):
    scheduler.upload(write_compiled(tmp_path))
    return scheduler


def test_a_new_pipeline_has_both_documents(api, scheduler, tmp_path):
    done = scheduler.upload(write_compiled(tmp_path))

    assert (done.pipeline, done.version, done.is_new) == ("flowers", "flowers", True)
    assert api.held["pipeline_versions"][0]["pipeline_spec"].keys() == {
        "pipeline_spec",
        "platform_spec",
    }


def test_a_new_pipeline_has_the_given_name_and_version(api, scheduler, tmp_path):
    done = scheduler.upload(write_compiled(tmp_path), pipeline="roses", version="v1")

    assert (done.pipeline, done.version) == ("roses", "v1")
    assert api.names("pipelines") == ["roses"]
    assert api.names("pipeline_versions") == ["roses", "v1"]


def test_new_content_is_a_new_version_named_by_its_digest(api, uploaded, tmp_path):
    done = uploaded.upload(write_compiled(tmp_path, sdk="other"))

    assert api.names("pipelines") == ["flowers"]
    assert api.names("pipeline_versions") == ["flowers", done.version]
    assert len(done.version) == 12


def test_the_same_content_is_not_uploaded_again(api, uploaded, tmp_path):
    first = uploaded.upload(write_compiled(tmp_path, sdk="other"))

    again = uploaded.upload(write_compiled(tmp_path, sdk="other"))

    assert again.version == first.version
    assert (first.is_new, again.is_new) == (True, False)
    assert len(api.held["pipeline_versions"]) == 2


@pytest.mark.parametrize("platform", [PLATFORM, None], ids=["two-documents", "one-document"])
def test_the_first_version_is_recognized_by_its_content(api, scheduler, tmp_path, platform):
    for _ in range(2):
        done = scheduler.upload(write_compiled(tmp_path, platform=platform))

    assert (done.version, done.is_new) == ("flowers", False)
    assert len(api.held["pipeline_versions"]) == 1


def test_an_upload_of_older_content_reports_the_newest_version(uploaded, tmp_path):
    second = uploaded.upload(write_compiled(tmp_path, sdk="other"))

    again = uploaded.upload(write_compiled(tmp_path))

    assert (again.version, again.is_new, again.newest) == ("flowers", False, second.version)


def test_a_version_that_exists_is_refused_by_name(uploaded, tmp_path):
    with pytest.raises(WrongUseError, match="flowers already has a version flowers"):
        uploaded.upload(write_compiled(tmp_path), version="flowers")


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        pytest.param("a.yaml", "just words", "not a compiled pipeline", id="words"),
        pytest.param("a.yaml", "", "not a compiled pipeline", id="empty"),
        pytest.param("a.yaml", "a: [", "not a compiled pipeline", id="broken"),
        pytest.param("a.yaml", "pipelineSpec: {}", "not a compiled pipeline", id="wrapped"),
        pytest.param("a.txt", "pipelineInfo: {name: a}", "end in .yaml", id="ending"),
    ],
)
def test_a_file_without_a_pipeline_is_not_uploaded(scheduler, tmp_path, name, text, message):
    (tmp_path / name).write_text(text)

    with pytest.raises(WrongUseError, match=message):
        scheduler.upload(tmp_path / name)


def test_a_missing_file_is_named(scheduler, tmp_path):
    with pytest.raises(WrongUseError, match=r"nothing\.yaml cannot be read .No such file"):
        scheduler.upload(tmp_path / "nothing.yaml")


def test_a_run_takes_the_newest_version_with_root_and_parameters(api, uploaded, tmp_path):
    newest = uploaded.upload(write_compiled(tmp_path, sdk="other"))
    request = RunRequest(
        pipeline="flowers", pipeline_root=ROOT + "/", parameters=("steps=7", "data=/d")
    )

    started = uploaded.run(request)

    body = api.bodies("/runs")[0]
    assert started.version == newest.version
    assert body["runtime_config"] == {
        "pipeline_root": ROOT,
        "parameters": {"steps": 7, "data": "/d"},
    }
    assert (
        uploaded.build_link(started.id)
        == f"{api.url}/#/runs/details/{api.held['runs'][0]['run_id']}"
    )


def test_a_run_takes_the_given_version(api, uploaded, tmp_path):
    uploaded.upload(write_compiled(tmp_path, sdk="other"))

    uploaded.run(RunRequest(pipeline="flowers", version="flowers", pipeline_root=ROOT))

    pinned = api.bodies("/runs")[0]["pipeline_version_reference"]["pipeline_version_id"]
    assert pinned == api.held["pipeline_versions"][0]["pipeline_version_id"]


def test_a_run_has_the_given_experiment_and_service_account(api, uploaded):
    request = RunRequest(
        pipeline="flowers", pipeline_root=ROOT, experiment="daily", service_account="runner"
    )

    uploaded.run(request)
    uploaded.run(request)

    assert api.names("experiments") == ["daily"]
    assert {run["service_account"] for run in api.held["runs"]} == {"runner"}


def test_by_default_the_experiment_has_the_name_of_the_pipeline(api, uploaded):
    uploaded.run(REQUEST)

    assert api.names("experiments") == ["flowers"]
    assert "service_account" not in api.bodies("/runs")[0]


@pytest.mark.parametrize(
    ("refused", "message"),
    [
        pytest.param(
            RunRequest(pipeline="roses", pipeline_root=ROOT), "one of flowers", id="pipeline"
        ),
        pytest.param(
            RunRequest(pipeline="flowers", version="v9", pipeline_root=ROOT),
            "one of flowers",
            id="version",
        ),
        pytest.param(
            RunRequest(pipeline="flowers", pipeline_root="/mnt"), "minio://", id="local-root"
        ),
        pytest.param(
            RunRequest(pipeline="flowers", pipeline_root=ROOT, parameters=("date=1",)),
            "one of data",
            id="parameter",
        ),
    ],
)
def test_an_invalid_request_creates_nothing_on_the_cluster(api, uploaded, refused, message):
    with pytest.raises(WrongUseError, match=message):
        uploaded.run(refused)

    assert api.held["experiments"] == api.held["runs"] == []


def test_two_pipelines_of_one_name_differ_by_id(api, uploaded):
    double = {**api.held["pipelines"][0], "pipeline_id": "other"}
    api.held["pipelines"].append(double)

    with pytest.raises(
        WrongUseError, match=r"2 pipelines are named flowers: give one of their IDs: p-\d+, other"
    ):
        uploaded.run(REQUEST)
    uploaded.run(RunRequest(pipeline=api.held["pipelines"][0]["pipeline_id"], pipeline_root=ROOT))

    assert len(api.held["runs"]) == 1


def test_a_server_error_is_reported_with_its_reason(api, uploaded):
    api.failures += [(500, "database is locked")]

    with pytest.raises(ScheduleError, match=r"could not answer \(500\): database is locked\. Try"):
        uploaded.list_jobs()
