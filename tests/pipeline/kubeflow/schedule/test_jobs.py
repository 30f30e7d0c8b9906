"""Recurring runs, against an API server that checks every request."""

import pytest

from pipeline.kubeflow.schedule.client import connect
from pipeline.kubeflow.schedule.endpoint import Endpoint
from pipeline.kubeflow.schedule.errors import RejectedError, WrongUseError
from pipeline.kubeflow.schedule.run_request import RunRequest
from pipeline.kubeflow.schedule.scheduler import Scheduler
from tests.fakes.kubeflow.api import KfpApi
from tests.fakes.kubeflow.compiled_files import write_compiled

ROOT = "minio://mlpipeline/v2"
REQUEST = RunRequest(pipeline="flowers", pipeline_root=ROOT)


@pytest.fixture
def api():
    with KfpApi(page=2) as api:
        yield api


@pytest.fixture
def uploaded(api, tmp_path):
    scheduler = Scheduler(connect(Endpoint(host=api.url)))
    scheduler.upload(write_compiled(tmp_path))
    return scheduler


def test_a_recurring_run_runs_once_at_a_time_without_catch_up(api, uploaded):
    made = uploaded.create(REQUEST, "0 2 * * *")

    body = api.bodies("/recurringruns")[0]
    assert body["trigger"] == {"cron_schedule": {"cron": "0 0 2 * * *"}}
    assert (body["max_concurrency"], body["no_catchup"], body["mode"]) == ("1", True, "ENABLE")
    assert body["runtime_config"]["pipeline_root"] == ROOT
    assert (made.name, made.version, made.schedule) == ("flowers", "flowers", "0 2 * * *")


def test_a_recurring_run_keeps_its_version(api, uploaded, tmp_path):
    uploaded.create(REQUEST, "0 2 * * *")
    uploaded.upload(write_compiled(tmp_path, sdk="other"))

    assert [job.version for job in uploaded.list_jobs()] == ["flowers"]


def test_an_invalid_schedule_creates_nothing_on_the_cluster(api, uploaded):
    with pytest.raises(WrongUseError, match="'25' is not a valid hour"):
        uploaded.create(REQUEST, "0 25 * * *")

    assert api.held["experiments"] == api.held["recurring_runs"] == []


def test_a_second_recurring_run_of_a_name_must_replace_the_first(api, uploaded):
    uploaded.create(REQUEST, "0 2 * * *", job="nightly")

    with pytest.raises(WrongUseError, match="--replace"):
        uploaded.create(REQUEST, "0 3 * * *", job="nightly")

    assert len(api.held["recurring_runs"]) == 1


def test_the_new_recurring_run_is_created_before_the_old_one_is_deleted(api, uploaded):
    old = uploaded.create(REQUEST, "0 2 * * *")

    made = uploaded.create(REQUEST, "0 3 * * *", replaces=True)

    changes = [(method, path) for method, path, _, _ in api.requests if method != "GET"]
    assert changes[-2:] == [
        ("POST", "/apis/v2beta1/recurringruns"),
        ("DELETE", f"/apis/v2beta1/recurringruns/{old.id}"),
    ]
    assert [job.id for job in uploaded.list_jobs()] == [made.id]


def test_a_paused_recurring_run_is_replaced_by_a_paused_one(uploaded):
    uploaded.create(REQUEST, "0 2 * * *")
    uploaded.pause("flowers")

    made = uploaded.create(REQUEST, "0 3 * * *", replaces=True)

    assert not made.enabled


def test_an_old_recurring_run_that_cannot_be_deleted_is_named(api, uploaded, monkeypatch):
    old = uploaded.create(REQUEST, "0 2 * * *")
    real = api._delete
    monkeypatch.setattr(api, "_delete", lambda ids: api._get("recurring_runs", "locked"))

    with pytest.raises(RejectedError, match=f"fcn schedule delete {old.id}"):
        uploaded.create(REQUEST, "0 3 * * *", replaces=True)

    monkeypatch.setattr(api, "_delete", real)
    assert len(api.held["recurring_runs"]) == 2


def test_pausing_resuming_and_deleting_find_the_name_on_any_page(uploaded):
    for name in ("one", "two", "three"):
        uploaded.create(REQUEST, "0 2 * * *", job=name)

    uploaded.pause("three")
    uploaded.delete("one")

    assert {job.name: job.enabled for job in uploaded.list_jobs()} == {"two": True, "three": False}
    uploaded.resume("three")
    assert all(job.enabled for job in uploaded.list_jobs())


def test_an_unknown_recurring_run_is_refused_with_those_that_exist(uploaded):
    uploaded.create(REQUEST, "0 2 * * *", job="nightly")

    with pytest.raises(
        WrongUseError, match="No recurring run is named daily: choose one of nightly"
    ):
        uploaded.pause("daily")


def test_recurring_runs_of_other_people_are_listed_too(api, uploaded):
    uploaded.create(REQUEST, "0 2 * * *")
    trigger = {"periodic_schedule": {"interval_second": "600"}}
    theirs = {
        "recurring_run_id": "r",
        "display_name": "theirs",
        "trigger": trigger,
        "status": "ENABLED",
    }
    api.held["recurring_runs"].append(theirs)

    assert [(job.schedule, job.pipeline) for job in uploaded.list_jobs()] == [
        ("0 2 * * *", "flowers"),
        ("every 600 s", ""),
    ]
