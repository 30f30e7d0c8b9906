"""The containers' entry: TFX's executors under the open-source launcher."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from google.protobuf import json_format
from kfp.pipeline_spec import pipeline_spec_pb2

from components.kubeflow import entry_point

ROOT = Path(__file__).parents[3]
URI = "minio://mlpipeline/v2/artifacts/flowers/run-1"
EXAMPLES = {"schemaTitle": "tfx.Examples", "schemaVersion": "0.0.1"}
INPUTS = {
    "artifacts": {"examples": {"artifactType": EXAMPLES}},
    "parameters": {"times": {"parameterType": "NUMBER_INTEGER"}},
}


def invocation(disk: Path, uri: str = URI) -> dict:
    """The input that the driver of KFP 2.17 passes."""
    logs = {"schemaTitle": "system.Artifact", "schemaVersion": "0.0.1"}
    return {
        "inputs": {
            "parameterValues": {"times": 3},
            "artifacts": {"examples": {"artifacts": [found("7", f"{uri}/in")]}},
        },
        "outputs": {
            "artifacts": {
                "repeated": {"artifacts": [{"uri": f"{uri}/out", "type": EXAMPLES}]},
                "executor-logs": {"artifacts": [{"uri": f"{uri}/executor-logs-1", "type": logs}]},
            },
            "outputFile": str(disk / "task" / "output_metadata.json"),
        },
    }


def found(name, uri):
    metadata = {"display_name": "examples", "store_session_info": "{}"}
    return {"name": name, "uri": uri, "type": {"instanceSchema": ""}, "metadata": metadata}


def run(disk: Path, executor: str = "Repeat_Executor", *more: str, **environment: str):
    """The entry as the launcher starts it, to its end."""
    command, options = started(disk, executor, *more, **environment)
    return subprocess.run(command, **options, capture_output=True)


def started(disk: Path, executor: str, *more: str, **environment: str):
    """The entry's command and its options for subprocess, on a disk of its own."""
    (disk / "task").mkdir(exist_ok=True)
    command = [sys.executable, "-W", "ignore", "-m", "components.kubeflow.entry_point"]
    command += ["--executor_class_path", f"tests.fakes.kubeflow.steps.{executor}"]
    command += ["--json_serialized_invocation_args", json.dumps(invocation(disk))]
    command += ["--json_serialized_inputs_spec_args", json.dumps(INPUTS)]
    command += ["--runner=DirectRunner", *more]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **environment}
    return command, {"env": environment, "cwd": disk, "text": True}


@pytest.fixture(scope="module")
def disk(tmp_path_factory):
    """The disk of a pod whose step has run."""
    disk = tmp_path_factory.mktemp("disk")
    put_input(disk / "minio" / "mlpipeline")
    done = run(disk, FCN_STAGED_ROOT=str(disk), HOME="/nonexistent")
    assert done.returncode == 0, done.stderr
    return disk


def put_input(store: Path):
    folder = store / "v2" / "artifacts" / "flowers" / "run-1" / "in"
    folder.mkdir(parents=True)
    (folder / "words.txt").write_text("ab")


@pytest.fixture(scope="module")
def reported(disk):
    """The output artifact that the step reports."""
    return reported_in(disk)


def reported_in(disk):
    text = (disk / "task" / "output_metadata.json").read_text()
    output = json_format.Parse(text, pipeline_spec_pb2.ExecutorOutput())
    return output.artifacts["repeated"].artifacts[0]


def test_the_executor_reads_and_writes_staged_files(disk):
    folder = disk / "minio" / "mlpipeline" / "v2" / "artifacts" / "flowers" / "run-1" / "out"

    assert (folder / "words.txt").read_text() == "ababab"


def test_outputs_are_reported_with_their_uris_in_the_store(reported):
    assert reported.uri == f"{URI}/out"


def test_properties_reach_the_next_steps(reported):
    assert reported.metadata["times"] == 3


def test_properties_name_the_store_and_not_the_disk_of_the_pod(reported, disk):
    assert reported.metadata["read"] == f"{URI}/in"
    assert reported.metadata["file"] == f"{URI}/in/words.txt"
    assert reported.metadata["neighbour"].startswith(f"{disk}/")


def test_a_user_without_a_home_or_a_name_may_run_it(reported):
    assert reported.metadata["user"] == "fcn"


def test_only_outputs_that_tfx_knows_are_reported(disk):
    output = json.loads((disk / "task" / "output_metadata.json").read_text())

    assert list(output["artifacts"]) == ["repeated"]


@pytest.mark.parametrize("name", ["executor-logs", "executor-logs-0", "executor-logs-1"])
def test_the_launchers_logs_are_dropped_whatever_their_name(name, tmp_path):
    given = invocation(tmp_path)
    outputs = given["outputs"]["artifacts"]
    outputs[name] = outputs.pop("executor-logs")
    message = json_format.ParseDict(given, pipeline_spec_pb2.ExecutorInput())

    entry_point.drop_own_outputs(message)

    assert list(message.outputs.artifacts) == ["repeated"]


def test_a_step_on_beam_works_in_the_shared_folder(tmp_path):
    shared = tmp_path / "shared"
    put_input(tmp_path / "minio" / "mlpipeline")

    done = run(tmp_path, "OnBeam", f"--shared_folder={shared}", FCN_STAGED_ROOT=str(tmp_path))

    assert done.returncode == 0, done.stderr
    artifact = reported_in(tmp_path)
    assert artifact.metadata["sentence"].startswith(f"It read {shared}/")
    assert artifact.metadata["read"] == f"{URI}/in"
    assert artifact.uri == f"{URI}/out"
    (out,) = tmp_path.glob("minio/**/out/words.txt")
    assert out.read_text() == "ababab"
    assert not list(shared.iterdir())


def test_a_step_that_is_ended_removes_its_copies_from_the_shared_folder(tmp_path):
    shared = tmp_path / "shared"
    put_input(tmp_path / "minio" / "mlpipeline")
    folder = f"--shared_folder={shared}"
    command, options = started(tmp_path, "Endless", folder, FCN_STAGED_ROOT=str(tmp_path))

    with subprocess.Popen(command, **options, stderr=subprocess.DEVNULL) as step:
        wait_until(lambda: list(shared.glob("*/outputs/*/*/begun")))
        assert list(shared.glob("*/inputs/*/*/words.txt"))
        step.send_signal(signal.SIGTERM)
        assert step.wait(60) == 128 + signal.SIGTERM

    assert list(shared.iterdir()) == []
    assert not (tmp_path / "task" / "output_metadata.json").exists()


def wait_until(true):
    end = time.monotonic() + 120
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_failed_executor_is_a_failed_process_without_a_report(tmp_path):
    put_input(tmp_path / "minio" / "mlpipeline")

    done = run(tmp_path, "Break_Executor", FCN_STAGED_ROOT=str(tmp_path))

    assert done.returncode == 1
    assert "breaks." in done.stderr
    assert not (tmp_path / "task" / "output_metadata.json").exists()


@pytest.mark.parametrize(
    ("uri", "root", "path"),
    [
        ("minio://mlpipeline/a/b", "", "/minio/mlpipeline/a/b"),
        ("s3://bucket/a", "", "/s3/bucket/a"),
        ("gs://bucket/a", "/disk", "/disk/gcs/bucket/a"),
        ("/mounted/a", "", "/mounted/a"),
        ("hdfs://name/a", "/disk", "hdfs://name/a"),
    ],
)
def test_each_store_has_its_folder_on_the_pods_disk(uri, root, path):
    assert entry_point.find_staged_path(uri, root) == path


def test_types_that_the_driver_sends_are_kept(tmp_path):
    given = pipeline_spec_pb2.ExecutorInput()
    json_format.ParseDict(invocation(tmp_path), given)
    artifact = given.inputs.artifacts["examples"].artifacts[0]
    artifact.type.schema_title = "tfx.Schema"

    entry_point.fill_types(
        given, json_format.ParseDict(INPUTS, pipeline_spec_pb2.ComponentInputsSpec())
    )

    assert artifact.type.schema_title == "tfx.Schema"
