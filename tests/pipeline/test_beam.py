"""The engines of Beam: what each is told, and what is refused before it starts."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from apache_beam.options import pipeline_options

from pipeline import beam as engines
from pipeline.beam import Beam

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
    assert Beam().args == engines.IN_PROCESS


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


def test_dataflow_finds_its_number_of_workers_by_itself_where_none_is_given():
    assert not [arg for arg in Beam(runner="dataflow", **DATAFLOW).args if "num_workers" in arg]


def test_flink_runs_each_step_in_one_part_where_none_is_given():
    assert "--parallelism=1" in replace(FLINK, parallelism=None).args


def test_options_are_laid_over_a_base_of_the_same_engine():
    base = replace(FLINK, shared="/shared", more=("--a=1",))

    laid = engines.parse("flink", ["parallelism=8", "more=--b=2"], base=base)

    assert laid == replace(base, parallelism=8, more=("--a=1", "--b=2"))
    assert engines.parse("", ["parallelism=8", "more=--b=2"], base=base) == laid


def test_another_engine_begins_anew():
    assert engines.parse("direct", ["parallelism=2"], base=FLINK) == Beam(parallelism=2)


def test_a_base_that_the_options_do_not_fit_is_refused():
    with pytest.raises(ValueError, match=r"beam.region=x is not read by flink"):
        engines.parse("", ["region=x"], base=FLINK)


def test_further_arguments_are_handed_on():
    beam = engines.parse(
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
        "not read by flink, only by dataflow: leave it out",
    ),
    "direct with a job server": (
        "direct",
        [f"job_endpoint={JOB_SERVER}"],
        "not read by direct, only by flink, spark",
    ),
    "parts of spark": (
        "spark",
        [f"job_endpoint={JOB_SERVER}", "parallelism=8"],
        "beam.parallelism=8 is not read by spark",
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
        engines.parse(runner, options)


def test_dataflow_keeps_its_temporary_files_in_a_bucket():
    with pytest.raises(ValueError, match=r"temp_location=/tmp: .*gs://BUCKET/FOLDER"):
        _ = Beam(runner="dataflow", **{**DATAFLOW, "temp_location": "/tmp"}).args


RELATIVE = ["runs/flowers", "./data", "~/data", "gs:bucket", "gs://", "file:///"]
ABSOLUTE = ["/data", "gs://bucket/a", "s3://bucket/a", "file:///data", "hdfs:///data"]


@pytest.mark.parametrize("place", RELATIVE)
def test_a_relative_place_is_refused_for_workers_elsewhere(place):
    with pytest.raises(ValueError, match="is relative: flink's workers have other working dir"):
        engines.check_places(FLINK, {"--data": place})


@pytest.mark.parametrize("place", ABSOLUTE)
def test_an_absolute_place_is_taken(place):
    engines.check_places(FLINK, {"--data": place})


def test_the_direct_runner_works_in_this_directory():
    engines.check_places(Beam(), {"--data": "flowers"})


def test_dataflow_reads_no_disk_of_this_machine():
    beam = Beam(runner="dataflow", **DATAFLOW)

    with pytest.raises(ValueError, match="--data=/data/flowers: Dataflow's workers see no other"):
        engines.check_places(beam, {"--data": "/data/flowers"})
