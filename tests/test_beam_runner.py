"""The engines of Beam: what each is told, and what is refused before it starts."""

from __future__ import annotations

import re

import pytest
from apache_beam.options import pipeline_options

from pipeline import beam_runner
from pipeline.beam_runner import Beam
from pipeline.settings import Cluster

JOB_SERVER = "fcn-beam-job-server:8099"
FLINK = Beam(runner="flink", parallelism=4, job_endpoint=JOB_SERVER)
DATAFLOW = {
    "project": "flowers-1",
    "region": "europe-west1",
    "temp_location": "gs://bucket/temp",
    "image": "europe-docker.pkg.dev/flowers-1/fcn/pipeline:0.1.0",
}


def read(args, kind):
    """What Beam itself understands of the arguments."""
    return pipeline_options.PipelineOptions(list(args)).view_as(kind)


def test_the_direct_runner_stays_in_this_process():
    assert Beam().args == beam_runner.IN_PROCESS


def test_the_direct_runner_starts_processes_for_parallelism():
    options = read(Beam(parallelism=3).args, pipeline_options.DirectOptions)

    assert options.direct_running_mode == "multi_processing"
    assert options.direct_num_workers == 3


def test_flink_gets_its_jobs_from_the_job_server_and_its_workers_from_the_pool():
    options = read(FLINK.args, pipeline_options.PortableOptions)

    assert options.job_endpoint == JOB_SERVER
    assert options.environment_type == "EXTERNAL"
    assert options.environment_config == "localhost:50000"
    assert read(FLINK.args, pipeline_options.FlinkRunnerOptions).parallelism == 4


@pytest.mark.parametrize("runner", ["direct", "flink", "spark"])
def test_tfx_packs_no_sources_for_workers_that_have_them(runner):
    places = {} if runner == "direct" else {"job_endpoint": JOB_SERVER}
    options = read(Beam(runner=runner, **places).args, pipeline_options.WorkerOptions)

    assert options.sdk_container_image == "unused"


def test_dataflow_gets_the_image_of_the_steps():
    args = Beam(runner="dataflow", parallelism=8, **DATAFLOW).args

    cloud = read(args, pipeline_options.GoogleCloudOptions)
    workers = read(args, pipeline_options.WorkerOptions)
    assert (cloud.project, cloud.region) == ("flowers-1", "europe-west1")
    assert cloud.temp_location == "gs://bucket/temp"
    assert workers.sdk_container_image == DATAFLOW["image"]
    assert workers.max_num_workers == 8


def test_further_arguments_are_handed_on():
    beam = beam_runner.parse(
        "flink",
        [f"job_endpoint={JOB_SERVER}", "parallelism=2", "more=--a=1", "more=--b=x=y"],
    )

    assert beam.args[-2:] == ("--a=1", "--b=x=y")
    assert beam.parallelism == 2


REFUSED = {
    "no job server": ("flink", [], "beam.job_endpoint is missing"),
    "no job server of spark": ("spark", [], "spark gets its jobs from"),
    "job server as a URL": ("flink", ["job_endpoint=http://a:1"], "give HOST:PORT, without"),
    "pool without a port": (
        "flink",
        [f"job_endpoint={JOB_SERVER}", "worker_pool=a"],
        "beam.worker_pool=a",
    ),
    "another engine's": (
        "flink",
        [f"job_endpoint={JOB_SERVER}", "region=x"],
        "read by dataflow, not by flink",
    ),
    "direct with a job server": (
        "direct",
        [f"job_endpoint={JOB_SERVER}"],
        "read by flink and spark",
    ),
    "dataflow without a project": ("dataflow", [], "beam.project is missing"),
    "unknown engine": ("hadoop", [], "hadoop"),
    "unknown name": ("direct", ["job=a:1"], "beam.job is no setting: choose from parallelism"),
    "no value": ("direct", ["parallelism"], "write NAME=VALUE"),
    "no number": ("direct", ["parallelism=many"], "beam.parallelism=many"),
    "no part": ("direct", ["parallelism=0"], "beam.parallelism=0"),
    "a runner among the rest": ("direct", ["more=--runner=X"], "as beam.runner"),
}


@pytest.mark.parametrize(("runner", "options", "sentence"), REFUSED.values(), ids=REFUSED.keys())
def test_what_does_not_fit_is_refused_with_a_sentence(runner, options, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        beam_runner.parse(runner, options)


def test_dataflow_keeps_its_temporary_files_in_a_bucket():
    with pytest.raises(ValueError, match=r"temp_location=/tmp: .*gs://BUCKET/FOLDER"):
        _ = Beam(runner="dataflow", **{**DATAFLOW, "temp_location": "/tmp"}).args


@pytest.mark.parametrize("place", ["runs/flowers", "./data", "~/data", "gs:bucket", "gs://"])
def test_a_relative_place_is_refused_for_workers_elsewhere(place):
    with pytest.raises(ValueError, match="is relative: flink's workers have other working dir"):
        beam_runner.check_places(FLINK, {"--data": place})


@pytest.mark.parametrize("place", ["/data/flowers", "gs://bucket/flowers", "s3://bucket/flowers"])
def test_an_absolute_place_is_taken(place):
    beam_runner.check_places(FLINK, {"--data": place})


def test_the_direct_runner_works_in_this_directory():
    beam_runner.check_places(Beam(), {"--data": "flowers"})


def test_dataflow_reads_no_disk_of_this_machine():
    beam = Beam(runner="dataflow", **DATAFLOW)

    with pytest.raises(ValueError, match="--data=/data/flowers: Dataflow's workers see no other"):
        beam_runner.check_places(beam, {"--data": "/data/flowers"})


def cluster_of(folder, text):
    """Settings of a cluster, from a file."""
    file = folder / "cluster.yaml"
    file.write_text(text)
    return Cluster.from_env(file)


def test_a_cluster_file_names_the_engine(tmp_path):
    beam = f"beam: {{runner: flink, job_endpoint: '{JOB_SERVER}', shared: /shared, parallelism: 4}}"

    args = cluster_of(tmp_path, beam).beam_args

    assert args == (*FLINK.args, "--shared_folder=/shared")


def test_a_cluster_file_without_one_stays_in_the_pods(tmp_path):
    assert cluster_of(tmp_path, "image: fcn:1").beam_args == beam_runner.IN_PROCESS


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
    beam = f"beam: {{runner: flink, job_endpoint: '{JOB_SERVER}', shared: /shared}}"

    with pytest.raises(ValueError, match="data=photographs is relative"):
        cluster_of(tmp_path, f"{beam}\ndata: photographs")
