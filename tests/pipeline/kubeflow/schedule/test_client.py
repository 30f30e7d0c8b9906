"""Tokens, namespaces, and side effects of kfp's client that are turned off."""

import json
import os
import subprocess
import sys
import traceback
from pathlib import Path

import pytest

from pipeline.kubeflow.schedule import client
from pipeline.kubeflow.schedule.endpoint import TOKEN, Endpoint
from pipeline.kubeflow.schedule.errors import RejectedError, UnreachableError, WrongUseError
from pipeline.kubeflow.schedule.run_request import RunRequest
from pipeline.kubeflow.schedule.scheduler import Scheduler
from tests.fakes.kubeflow.api import KfpApi
from tests.fakes.kubeflow.compiled_files import write_compiled

SECRET = "c2VjcmV0LXRva2Vu"
REQUEST = RunRequest(pipeline="flowers", pipeline_root="s3://bucket/runs")


def connect(**endpoint):
    return Scheduler(client.connect(Endpoint(**endpoint)))


@pytest.fixture(autouse=True)
def no_token(monkeypatch):
    monkeypatch.delenv(TOKEN, raising=False)


def test_a_multi_user_api_gets_namespace_and_token(tmp_path, monkeypatch):
    monkeypatch.setenv(TOKEN, SECRET)
    with KfpApi(namespace="team", token=SECRET) as api:
        scheduler = connect(host=api.url, namespace="team")
        scheduler.upload(write_compiled(tmp_path))
        scheduler.create(REQUEST, "@daily")
        scheduler.run(REQUEST)
        scheduler.pause("flowers")

        assert {one["namespace"] for one in api.held["pipelines"]} == {"team"}
        assert {one["namespace"] for one in api.held["experiments"]} == {"team"}
        assert [job.enabled for job in scheduler.list_jobs()] == [False]


def test_an_api_below_a_path_of_its_host_is_found(tmp_path):
    with KfpApi(base="/pipeline") as api:
        scheduler = connect(host=api.url)
        scheduler.upload(write_compiled(tmp_path))
        started = scheduler.run(REQUEST)

    assert scheduler.build_link(started.id).startswith(f"{api.url}/#/runs/")


def test_a_server_that_never_answers_is_an_error(monkeypatch):
    monkeypatch.setattr(client, "TIMEOUT", (0.2, 0.2))
    with KfpApi() as api:
        scheduler = connect(host=api.url)
        with api.busy, pytest.raises(UnreachableError, match="does not answer"):
            scheduler.pause("flowers")


def test_a_multi_user_api_needs_a_namespace():
    with KfpApi(namespace="team") as api, pytest.raises(WrongUseError, match="--namespace"):
        connect(host=api.url)


def test_a_forbidden_namespace_is_refused_with_the_reason():
    with KfpApi(namespace="team") as api:
        scheduler = connect(host=api.url, namespace="others")

        with pytest.raises(RejectedError, match=r"\(403\): the user may do nothing in 'others'"):
            scheduler.list_jobs()


def test_a_single_user_api_gets_no_namespace(tmp_path):
    with KfpApi() as api:
        connect(host=api.url, namespace="kubeflow").upload(write_compiled(tmp_path))

        assert api.held["pipelines"][0]["namespace"] == ""


def test_a_renewed_token_is_read_again(tmp_path):
    token = tmp_path / "token"
    token.write_text(f"{SECRET}\n")
    with KfpApi(token=SECRET) as api:
        scheduler = connect(host=api.url, token_file=token)
        api.token = "renewed"
        token.write_text("renewed\n")

        assert scheduler.list_jobs() == []


def test_a_missing_token_file_is_named(tmp_path):
    with pytest.raises(WrongUseError, match=r"--token-file .*none cannot be read .No such file"):
        connect(host="http://127.0.0.1:1", token_file=tmp_path / "none")


def test_no_error_contains_the_token_even_if_the_server_repeats_it(monkeypatch):
    monkeypatch.setenv(TOKEN, SECRET)
    with KfpApi(token=SECRET) as api:
        scheduler = connect(host=api.url)
        api.token = "another"
        api.failures += [(400, f"bad header Bearer {SECRET}")]

        for message in (r"bad header Bearer \*\*\*", r"\(401\)"):
            with pytest.raises(RejectedError, match=message) as error:
                scheduler.list_jobs()
            assert SECRET not in "".join(traceback.format_exception_only(error.value))


def test_nothing_is_read_from_or_written_to_the_home(tmp_path):
    context = tmp_path / ".config" / "kfp" / "context.json"
    context.parent.mkdir(parents=True)
    context.write_text("no JSON at all")
    script = "from pipeline.cli import schedule; schedule.app()"
    with KfpApi(namespace="kubeflow") as api:
        command = [sys.executable, "-c", script, "list", "--host", api.url, "--json"]
        environment = {**os.environ, "HOME": str(tmp_path), "FCN_KFP_NAMESPACE": "kubeflow"}
        root = Path(__file__).parents[4]
        done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True)

    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == []
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [context]
    assert context.read_text() == "no JSON at all"
