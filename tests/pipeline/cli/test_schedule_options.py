"""Errors of `fcn schedule ...`: one sentence and an exit code."""

import logging
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.cli.schedule_options import read_time_zone
from pipeline.kubeflow.schedule.errors import WrongUseError
from tests.fakes.kubeflow.api import KfpApi
from tests.fakes.kubeflow.commands import fcn
from tests.fakes.kubeflow.compiled_files import write_compiled

TOKEN = "c2VjcmV0LXRva2Vu"


@pytest.fixture
def api():
    with KfpApi() as api:
        yield api


@pytest.fixture
def uploaded(api, tmp_path):
    assert fcn(api, "upload", write_compiled(tmp_path)).exit_code == 0
    return api


@pytest.mark.parametrize(
    ("words", "names"),
    [
        pytest.param(["run", "roses"], ["roses", "flowers"], id="pipeline"),
        pytest.param(["run", "flowers", "--version", "v9"], ["v9", "flowers"], id="version"),
        pytest.param(["run", "flowers", "--param", "date=1"], ["date", "data"], id="parameter"),
        pytest.param(["run", "flowers", "--pipeline-root", "/mnt"], ["/mnt", "gs://"], id="root"),
        pytest.param(["create", "flowers", "0 25 * * *"], ["25"], id="cron"),
        pytest.param(["create", "flowers", "@daily", "--time-zone", "Mars"], ["Mars"], id="zone"),
        pytest.param(["pause", "nightly"], ["nightly"], id="recurring-run"),
        pytest.param(["upload", "none.yaml"], ["none.yaml"], id="file"),
        pytest.param(["list", "--host", "example"], ["--host", "example"], id="host"),
        pytest.param(["list", "--ca", "none.pem"], ["--ca", "none.pem"], id="ca"),
        pytest.param(["list", "--token-file", "none"], ["--token-file", "none"], id="token-file"),
        pytest.param(["list", "--token", "x"], ["--token"], id="token-on-the-command-line"),
    ],
)
def test_wrong_use_names_the_value_and_the_choices_with_exit_code_2(uploaded, words, names):
    done = fcn(uploaded, *words)

    assert done.exit_code == 2
    assert [name for name in names if name not in done.output] == []
    assert "Traceback" not in done.output


@pytest.mark.parametrize("status", [401, 403, 404, 409, 500, 503])
def test_a_cluster_that_fails_is_one_sentence_and_exit_code_1(uploaded, status):
    uploaded.failures += [(status, "because of the moon")]

    done = fcn(uploaded, "list")

    assert done.exit_code == 1
    assert done.stderr.startswith("fcn: http://127.0.0.1:")
    assert done.stderr.count("\n") == 1


def test_no_answer_is_one_sentence_and_exit_code_1(api):
    done = fcn(api, "list", "--host", "http://127.0.0.1:1")

    assert done.exit_code == 1
    assert "--host" in done.stderr


def test_a_missing_address_names_the_variable(api):
    done = fcn(api, "list", FCN_KFP_HOST="")

    assert done.exit_code == 2
    assert "FCN_KFP_HOST" in done.stderr


def test_a_token_shows_in_no_output_and_no_log(tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    words = [
        ["upload", write_compiled(tmp_path)],
        ["create", "flowers", "@daily"],
        ["list"],
        ["pause", "x"],
    ]
    with KfpApi(namespace="team", token=TOKEN) as api:
        outputs = [fcn(api, *word, "--namespace", "team", FCN_KFP_TOKEN=TOKEN) for word in words]
        api.token = "another"
        outputs.append(fcn(api, "list", "--namespace", "team", FCN_KFP_TOKEN=TOKEN))

    assert [done.exit_code for done in outputs] == [0, 0, 0, 2, 1]
    assert TOKEN not in "".join(done.output for done in outputs) + caplog.text


def test_the_help_names_the_variables_and_has_no_option_for_a_token(api):
    text = fcn(api, "run", "--help").output

    assert all(name in text for name in ("FCN_KFP_HOST", "FCN_KFP_CA", "FCN_PIPELINE_ROOT"))
    assert "--token-file" in text
    assert "--token " not in text


@pytest.mark.parametrize("name", ["Mars/Base", "Europe", "../etc/passwd", ""])
def test_an_unknown_time_zone_is_refused(name):
    with pytest.raises(WrongUseError, match="--time-zone"):
        read_time_zone(name)


@pytest.mark.parametrize("words", [["--help"], ["schedule", "--help"], ["schedule", "list"]])
def test_help_imports_neither_kubeflow_nor_tensorflow(words):
    script = (
        "import atexit, sys; from pipeline import cli; sys.argv[0] = 'fcn'\n"
        "atexit.register(lambda: print({*sys.modules} & {'kfp', 'croniter', 'yaml', 'tensorflow'}))"
        "\ncli.main()"
    )

    done = subprocess.run(
        [sys.executable, "-c", script, *words],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout.endswith("set()\n")


def test_without_kfp_it_prints_what_to_install(api, monkeypatch):
    monkeypatch.delitem(sys.modules, "pipeline.kubeflow.schedule.client", raising=False)
    monkeypatch.setitem(sys.modules, "kfp", None)

    done = fcn(api, "list")

    assert done.exit_code == 2
    assert "kfp is not installed: `pip install 'fcn-pipeline[kubeflow]'`" in done.stderr
