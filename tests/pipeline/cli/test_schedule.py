"""`fcn schedule ...` as it is typed: its output and exit codes."""

import json

import pytest

from pipeline.exit_codes import WRONG_USE
from pipeline.kubeflow.schedule.scheduler import Scheduler
from tests.fakes.kubeflow.api import KfpApi
from tests.fakes.kubeflow.commands import ROOT, fcn
from tests.fakes.kubeflow.compiled_files import write_compiled


@pytest.fixture
def api():
    with KfpApi() as api:
        yield api


@pytest.fixture
def uploaded(api, tmp_path):
    assert fcn(api, "upload", write_compiled(tmp_path)).exit_code == 0
    return api


def test_an_upload_prints_the_version(api, tmp_path):
    done = fcn(api, "upload", write_compiled(tmp_path), "--version", "v1")

    assert done.exit_code == 0
    assert "Version v1 of flowers was uploaded" in done.output
    assert "Pipeline details" not in done.output


def test_a_package_that_the_linter_refuses_is_not_uploaded(api, tmp_path):
    path = write_compiled(tmp_path)
    path.write_text(path.read_text().replace("registry.example.com/fcn:1", "fcn:latest"))

    done = fcn(api, "upload", path)

    assert done.exit_code == WRONG_USE
    assert "fcn:latest" in done.output
    assert api.held["pipelines"] == []


def test_a_file_in_another_encoding_of_yaml_is_accepted(api, tmp_path):
    path = write_compiled(tmp_path)
    path.write_bytes(path.read_text().encode("utf-16"))

    assert fcn(api, "upload", path).exit_code == 0


def test_a_second_upload_of_a_file_says_so(uploaded, tmp_path):
    path = write_compiled(tmp_path, sdk="other")
    fcn(uploaded, "upload", path)

    assert "already exists" in fcn(uploaded, "upload", path).output


def test_an_upload_of_an_older_version_names_the_newest(uploaded, tmp_path):
    newest = write_compiled(tmp_path, sdk="other")
    fcn(uploaded, "upload", newest, "--version", "v2")

    done = fcn(uploaded, "upload", write_compiled(tmp_path))

    assert "Version v2 is newer" in done.output


def test_a_run_prints_its_link_and_does_not_wait(uploaded):
    done = fcn(uploaded, "run", "flowers", "--param", "data=/data/new")

    assert done.exit_code == 0
    assert f"{uploaded.url}/#/runs/details/" in done.output
    assert done.output.count("\n") == 1


@pytest.mark.parametrize("words", [["run", "flowers"], ["create", "flowers", "@daily"]])
def test_without_a_root_it_prints_where_the_artifacts_go(uploaded, words):
    done = fcn(uploaded, *words, FCN_PIPELINE_ROOT="")

    assert done.exit_code == 0
    assert "minio://mlpipeline/v2/artifacts unless" in done.output
    [made] = uploaded.held["runs"] + uploaded.held["recurring_runs"]
    assert "pipeline_root" not in made["runtime_config"]


@pytest.mark.parametrize("option", ["--wait", "--follow"])
def test_a_run_that_succeeds_is_followed_to_its_end(uploaded, option):
    done = fcn(uploaded, "run", "flowers", option, "--every", "0.01")

    assert done.exit_code == 0
    changes = [line.split(" ", 1)[1] for line in done.output.splitlines()[1:]]
    assert changes == ["the run PENDING", "Trainer RUNNING", "the run RUNNING", "the run SUCCEEDED"]


@pytest.mark.parametrize("state", ["FAILED", "CANCELED", "SKIPPED"])
def test_any_other_end_is_exit_code_1(uploaded, state):
    uploaded.progress = [("RUNNING", {}), (state, {"Trainer": "FAILED"})]

    done = fcn(uploaded, "run", "flowers", "--wait", "--every", "0.01")

    assert done.exit_code == 1
    assert f"the run {state}" in done.output


def test_a_run_that_fails_says_why(uploaded):
    uploaded.progress = [("FAILED", {"Trainer": "FAILED"})]

    done = fcn(uploaded, "run", "flowers", "--wait", "--every", "0.01")

    assert "the run FAILED: Trainer ran out of memory" in done.output


def test_a_recurring_run_prints_its_next_times_and_the_time_zone(uploaded):
    done = fcn(uploaded, "create", "flowers", "30 6 * * 1-5", "--time-zone", "Europe/Berlin")

    assert done.exit_code == 0
    assert "0 30 6 * * 1,2,3,4,5" in done.output  # The cluster's cron has seconds.
    assert "CRON_SCHEDULE_TIMEZONE" in done.output
    assert "Europe/Berlin" in done.output
    assert done.output.count(" 06:30 ") >= 3


def test_a_schedule_without_a_zone_is_printed_in_utc(uploaded):
    done = fcn(uploaded, "create", "flowers", "@daily", "--job", "nightly")

    assert "UTC" in done.output
    assert uploaded.names("recurring_runs") == ["nightly"]


def test_a_paused_run_that_is_replaced_stays_paused(uploaded):
    fcn(uploaded, "create", "flowers", "@daily")
    fcn(uploaded, "pause", "flowers")

    done = fcn(uploaded, "create", "flowers", "@hourly", "--replace")

    assert "fcn schedule resume flowers" in done.output
    assert uploaded.held["recurring_runs"][0]["mode"] == "DISABLE"


def test_the_list_shows_name_version_schedule_and_state(uploaded):
    fcn(uploaded, "create", "flowers", "0 2 * * *")
    fcn(uploaded, "create", "flowers", "0 3 * * *", "--job", "later")
    fcn(uploaded, "pause", "later")

    done = fcn(uploaded, "list")

    rows = [line for line in done.output.splitlines() if line.startswith("│")]
    assert [("0 2 * * *" in row, "enabled" in row) for row in rows] == [
        (True, True),
        (False, False),
    ]
    assert "later" in rows[1]


def test_the_list_as_json_has_the_next_times(uploaded):
    fcn(uploaded, "create", "flowers", "0 2 * * *")

    [job] = json.loads(fcn(uploaded, "list", "--json").output)

    assert (job["name"], job["version"], job["enabled"]) == ("flowers", "flowers", True)
    assert (job["schedule"], job["pipeline_root"]) == ("0 2 * * *", ROOT)
    assert [time[11:] for time in job["next"]] == ["02:00:00+00:00"] * 3


def test_an_empty_list_says_so(api):
    assert "no recurring runs" in fcn(api, "list").output
    assert json.loads(fcn(api, "list", "--json").output) == []


def test_pausing_resuming_and_deleting_confirm_what_they_did(uploaded):
    fcn(uploaded, "create", "flowers", "@daily")

    outputs = [fcn(uploaded, word, "flowers").output for word in ("pause", "resume", "delete")]

    assert ["paused" in outputs[0], "is resumed" in outputs[1], "deleted" in outputs[2]] == [
        True
    ] * 3
    assert uploaded.held["recurring_runs"] == []


def test_ctrl_c_stops_following_but_not_the_run(uploaded, monkeypatch):
    def interrupt(self, run_id, *, every):
        raise KeyboardInterrupt
        yield

    monkeypatch.setattr(Scheduler, "follow", interrupt)

    done = fcn(uploaded, "run", "flowers", "--wait")

    assert done.exit_code == 130
    run_id = uploaded.held["runs"][0]["run_id"]
    assert f"follow it again with `fcn schedule follow {run_id}`" in done.output


def test_a_run_is_followed_later_by_its_id(uploaded):
    fcn(uploaded, "run", "flowers")

    done = fcn(uploaded, "follow", uploaded.held["runs"][0]["run_id"], "--every", "0.01")

    assert done.exit_code == 0
    assert done.output.endswith("the run SUCCEEDED\n")


def test_a_missing_run_cannot_be_followed(uploaded):
    done = fcn(uploaded, "follow", "r-99")

    assert done.exit_code == 1
    assert "404" in done.stderr
    assert "r-99" in done.stderr
