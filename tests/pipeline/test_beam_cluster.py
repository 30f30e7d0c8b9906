"""The engine for Beam in a cluster's settings: from the file, and overridden by options."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from pipeline import beam as engines
from pipeline.beam import Beam
from pipeline.kubeflow.cluster import ClusterSettings
from pipeline.settings_error import SettingsError
from tests.fakes import k8s

JOB_SERVER = "fcn-beam-job-server:8099"
FLINK = Beam(runner="flink", parallelism=4, job_endpoint=JOB_SERVER, shared="/shared")
DATAFLOW = {
    "runner": "dataflow",
    "project": "flowers-1",
    "region": "europe-west1",
    "temp_location": "gs://b/temp",
    "image": "europe-docker.pkg.dev/flowers-1/fcn/pipeline:0.1.0",
    "shared": "gs://b/exchange",
}
FLINK_FILE = (
    f"beam: {{runner: flink, job_endpoint: '{JOB_SERVER}', shared: /shared, parallelism: 4}}"
)
DATAFLOW_FILE = json.dumps({"beam": DATAFLOW})


def cluster_of(folder, text, **given):
    """Settings of a cluster, from a file and options."""
    file = folder / "cluster.yaml"
    file.write_text(text)
    return ClusterSettings.from_env(file, **given)


def refusal(folder, text):
    """Name and value of the setting that is refused."""
    with pytest.raises(SettingsError) as raised:
        cluster_of(folder, text)
    return raised.value.name, raised.value.value


def test_a_cluster_file_names_the_engine(tmp_path):
    args = cluster_of(tmp_path, FLINK_FILE).beam_args

    assert args == (*FLINK.args, "--shared_folder=/shared")


def test_a_cluster_file_without_one_stays_in_the_pods(tmp_path):
    assert cluster_of(tmp_path, "image: fcn:1").beam_args == engines.IN_PROCESS


SERVER = f"job_endpoint: '{JOB_SERVER}'"
REFUSED_FILES = {
    "no shared folder": (f"runner: flink, {SERVER}", "beam.shared", None),
    "relative": (f"runner: flink, {SERVER}, shared: exchange", "beam.shared", "exchange"),
    "no job server": ("runner: flink, shared: /shared", "beam.job_endpoint", None),
    "unknown engine": ("runner: hadoop", "beam.runner", "hadoop"),
    "unknown name": ("job: a", "beam.job", "a"),
}


@pytest.mark.parametrize(("beam", "name", "value"), REFUSED_FILES.values(), ids=REFUSED_FILES)
def test_a_file_that_does_not_fit_is_refused_when_it_is_read(tmp_path, beam, name, value):
    assert refusal(tmp_path, f"beam: {{{beam}}}") == (name, value)


def test_a_cluster_with_workers_elsewhere_refuses_a_relative_folder_of_images(tmp_path):
    text = f"{FLINK_FILE}\ndata: photographs"

    assert refusal(tmp_path, text) == ("data", "photographs")


def test_a_folder_given_overrides_a_relative_one_in_the_file(tmp_path):
    cluster = cluster_of(tmp_path, f"{FLINK_FILE}\ndata: photographs", data="/data/photographs")

    assert cluster.data == "/data/photographs"


def test_dataflow_accepts_a_bucket_given_with_the_file(tmp_path):
    assert cluster_of(tmp_path, DATAFLOW_FILE, data="gs://b/flowers").data == "gs://b/flowers"


def test_dataflow_needs_a_folder_of_images(tmp_path):
    assert refusal(tmp_path, DATAFLOW_FILE) == ("data", None)


@pytest.mark.parametrize("runner", ["", "flink"])
def test_options_keep_the_files_other_settings(tmp_path, runner):
    cluster = cluster_of(tmp_path, FLINK_FILE, runner=runner, beam=["parallelism=8"])

    assert cluster.beam == replace(FLINK, parallelism=8)


def test_another_engine_ignores_the_files_settings(tmp_path):
    cluster = cluster_of(tmp_path, FLINK_FILE, runner="direct", beam=["parallelism=8"])

    assert cluster.beam == Beam(parallelism=8)


def test_options_add_what_the_file_lacks(tmp_path):
    cluster = cluster_of(
        tmp_path, "beam: {runner: flink, shared: /s}", beam=[f"job_endpoint={JOB_SERVER}"]
    )

    assert cluster.beam == Beam(runner="flink", job_endpoint=JOB_SERVER, shared="/s")


def test_the_example_in_the_docs_is_valid_for_dataflow(tmp_path):
    page = (k8s.ROOT / "docs/flink.md").read_text("utf-8")
    [example] = re.findall(r"^```yaml\n(data: .*?)^```$", page, re.M | re.S)

    assert "--runner=DataflowRunner" in cluster_of(tmp_path, example).beam_args
