"""The engine for Beam in a cluster's settings: its file's, and what is given beside the file."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from pipeline import beam as engines
from pipeline.beam import Beam
from pipeline.kubeflow.cluster import Cluster
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
    """Settings of a cluster, from a file and what is given besides."""
    file = folder / "cluster.yaml"
    file.write_text(text)
    return Cluster.from_env(file, **given)


def test_a_cluster_file_names_the_engine(tmp_path):
    args = cluster_of(tmp_path, FLINK_FILE).beam_args

    assert args == (*FLINK.args, "--shared_folder=/shared")


def test_a_cluster_file_without_one_stays_in_the_pods(tmp_path):
    assert cluster_of(tmp_path, "image: fcn:1").beam_args == engines.IN_PROCESS


REFUSED_FILES = {
    "no shared folder": (f"runner: flink, job_endpoint: '{JOB_SERVER}'", "beam.shared is missing"),
    "relative": (
        f"runner: flink, job_endpoint: '{JOB_SERVER}', shared: exchange",
        "beam.shared=exchange is relative",
    ),
    "no job server": ("runner: flink, shared: /shared", "beam.job_endpoint is missing"),
    "no engine": ("runner: hadoop", 'beam.runner="hadoop"'),
    "no setting": ("job: a", 'beam.job="a"'),
}


@pytest.mark.parametrize(("beam", "sentence"), REFUSED_FILES.values(), ids=REFUSED_FILES.keys())
def test_a_cluster_file_that_does_not_fit_is_refused_when_it_is_read(tmp_path, beam, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        cluster_of(tmp_path, f"beam: {{{beam}}}")


def test_a_cluster_with_workers_elsewhere_refuses_a_relative_folder_of_images(tmp_path):
    with pytest.raises(ValueError, match="data=photographs is relative"):
        cluster_of(tmp_path, f"{FLINK_FILE}\ndata: photographs")


def test_the_folder_that_is_given_stands_in_for_a_relative_one_of_the_file(tmp_path):
    cluster = cluster_of(tmp_path, f"{FLINK_FILE}\ndata: photographs", data="/data/photographs")

    assert cluster.data == "/data/photographs"


def test_dataflow_takes_the_bucket_that_is_given_beside_the_file(tmp_path):
    assert cluster_of(tmp_path, DATAFLOW_FILE, data="gs://b/flowers").data == "gs://b/flowers"


def test_dataflow_asks_for_the_images_that_nobody_gives(tmp_path):
    with pytest.raises(ValueError, match=r"data is missing: .* Give gs://BUCKET/FOLDER, in"):
        cluster_of(tmp_path, DATAFLOW_FILE)


@pytest.mark.parametrize("runner", ["", "flink"])
def test_options_keep_the_rest_of_the_files_engine(tmp_path, runner):
    cluster = cluster_of(tmp_path, FLINK_FILE, runner=runner, beam=["parallelism=8"])

    assert cluster.beam == replace(FLINK, parallelism=8)


def test_another_engine_takes_nothing_from_the_files(tmp_path):
    cluster = cluster_of(tmp_path, FLINK_FILE, runner="direct", beam=["parallelism=8"])

    assert cluster.beam == Beam(parallelism=8)


def test_what_the_file_lacks_may_be_given_beside_it(tmp_path):
    cluster = cluster_of(
        tmp_path, "beam: {runner: flink, shared: /s}", beam=[f"job_endpoint={JOB_SERVER}"]
    )

    assert cluster.beam == Beam(runner="flink", job_endpoint=JOB_SERVER, shared="/s")


def test_the_settings_of_the_page_are_dataflows(tmp_path):
    page = (k8s.ROOT / "docs/flink.md").read_text("utf-8")
    [example] = re.findall(r"^```yaml\n(data: .*?)^```$", page, re.M | re.S)

    assert "--runner=DataflowRunner" in cluster_of(tmp_path, example).beam_args
