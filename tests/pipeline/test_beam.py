"""The engines of Beam: the arguments of each, and what is refused before a run starts."""

from __future__ import annotations

from dataclasses import replace

import pytest
from apache_beam.options import pipeline_options

from pipeline import beam as engines
from pipeline.beam import Beam
from pipeline.settings_error import SettingsError

JOB_SERVER = "fcn-beam-job-server:8099"
FLINK = Beam(runner="flink", parallelism=4, job_endpoint=JOB_SERVER)
DATAFLOW = {
    "project": "flowers-1",
    "region": "europe-west1",
    "temp_location": "gs://bucket/temp",
    "image": "europe-docker.pkg.dev/flowers-1/fcn/pipeline:0.1.0",
}


def refusal(call, *args, **options):
    """Name and value of the setting that is refused."""
    with pytest.raises(SettingsError) as raised:
        call(*args, **options)
    return raised.value.name, raised.value.value


def read(args, kind):
    """The arguments as Beam itself parses them."""
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


def test_dataflow_chooses_its_number_of_workers_if_none_is_given():
    assert not [arg for arg in Beam(runner="dataflow", **DATAFLOW).args if "num_workers" in arg]


def test_flink_runs_each_step_in_one_part_by_default():
    assert "--parallelism=1" in replace(FLINK, parallelism=None).args


def test_options_override_a_base_of_the_same_engine():
    base = replace(FLINK, shared="/shared", more=("--a=1",))

    beam = engines.parse("flink", ["parallelism=8", "more=--b=2"], base=base)

    assert beam == replace(base, parallelism=8, more=("--a=1", "--b=2"))
    assert engines.parse("", ["parallelism=8", "more=--b=2"], base=base) == beam


def test_another_engine_starts_from_defaults():
    assert engines.parse("direct", ["parallelism=2"], base=FLINK) == Beam(parallelism=2)


def test_an_option_that_does_not_fit_the_base_is_refused():
    assert refusal(engines.parse, "", ["region=x"], base=FLINK) == ("beam.region", "x")


def test_more_arguments_are_passed_to_beam():
    beam = engines.parse(
        "flink",
        [f"job_endpoint={JOB_SERVER}", "parallelism=2", "more=--a=1", "more=--b=x=y"],
    )

    assert beam.args[-2:] == ("--a=1", "--b=x=y")
    assert beam.parallelism == 2


SERVER = f"job_endpoint={JOB_SERVER}"
REFUSED = {
    "no job server": ("flink", [], "beam.job_endpoint", None),
    "no job server of spark": ("spark", [], "beam.job_endpoint", None),
    "job server as a URL": (
        "flink",
        ["job_endpoint=http://a:1"],
        "beam.job_endpoint",
        "http://a:1",
    ),
    "pool without a port": ("flink", [SERVER, "worker_pool=a"], "beam.worker_pool", "a"),
    "another engine's": ("flink", [SERVER, "region=x"], "beam.region", "x"),
    "direct with a job server": ("direct", [SERVER], "beam.job_endpoint", JOB_SERVER),
    "parts of spark": ("spark", [SERVER, "parallelism=8"], "beam.parallelism", 8),
    "dataflow without a project": ("dataflow", [], "beam.project", None),
    "unknown engine": ("hadoop", [], "beam.runner", "hadoop"),
    "unknown name": ("direct", ["job=a:1"], "beam.job", "a:1"),
    "no value": ("direct", ["parallelism"], "--beam", "parallelism"),
    "not a number": ("direct", ["parallelism=many"], "beam.parallelism", "many"),
    "no part": ("direct", ["parallelism=0"], "beam.parallelism", "0"),
    "a runner in more": ("direct", ["more=--runner=X"], "beam.more", "--runner=X"),
}


@pytest.mark.parametrize(
    ("runner", "options", "name", "value"), REFUSED.values(), ids=REFUSED.keys()
)
def test_what_does_not_fit_is_refused_by_name_and_value(runner, options, name, value):
    assert refusal(engines.parse, runner, options) == (name, value)


def test_a_message_says_what_is_wrong_and_what_to_do():
    with pytest.raises(SettingsError) as raised:
        engines.parse("flink", [SERVER, "region=x"])

    assert str(raised.value) == (
        "beam.region=x is not read by flink, only by dataflow: leave it out, or choose another "
        "runner."
    )


def test_dataflow_keeps_its_temporary_files_in_a_bucket():
    beam = Beam(runner="dataflow", **{**DATAFLOW, "temp_location": "/tmp"})

    assert refusal(engines.check, beam) == ("beam.temp_location", "/tmp")


RELATIVE = ["runs/flowers", "./data", "~/data", "gs:bucket", "gs://", "file:///"]
ABSOLUTE = ["/data", "gs://bucket/a", "s3://bucket/a", "file:///data", "hdfs:///data"]


@pytest.mark.parametrize("place", RELATIVE)
def test_a_relative_place_is_refused_for_workers_elsewhere(place):
    assert refusal(engines.check_reachable, FLINK, {"--data": place}) == ("--data", place)


@pytest.mark.parametrize("place", ABSOLUTE)
def test_an_absolute_place_is_accepted(place):
    engines.check_reachable(FLINK, {"--data": place})


def test_the_direct_runner_works_in_this_directory():
    engines.check_reachable(Beam(), {"--data": "flowers"})


def test_dataflow_reads_no_disk_of_this_machine():
    beam = Beam(runner="dataflow", **DATAFLOW)
    places = {"--data": "/data/flowers"}

    assert refusal(engines.check_reachable, beam, places) == ("--data", "/data/flowers")
