"""Which engine runs the components' Beam pipelines, and the arguments that Beam takes for it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict
from typing import Annotated, Literal

import pydantic
from pydantic import Field
from pydantic.dataclasses import dataclass

from pipeline.settings_error import SettingsError

Engine = Literal["direct", "flink", "spark", "dataflow"]
PORTABLE = ("flink", "spark")  # Beam's job server hands them their jobs.

# What DirectRunner ends up with. Under that name, newer Beams first try an engine that they
# download.
FN_API_RUNNER = "--runner=apache_beam.runners.portability.fn_api_runner.FnApiRunner"
# With a workers' image, even an unused one, TFX does not pack its sources for the workers.
NO_PACKING = "--sdk_container_image=unused"
IN_PROCESS = (FN_API_RUNNER, NO_PACKING)

# How long a worker is kept after a step. If shorter, a job starts more workers, and each imports
# TensorFlow. Dead workers are kept too: Flink's restart-strategy has to wait longer than this.
CACHE_MILLIS = 15_000
READ_BY = {
    "parallelism": ("direct", "flink", "dataflow"),
    "job_endpoint": PORTABLE,
    "artifact_endpoint": PORTABLE,
    "worker_pool": PORTABLE,
    "project": ("dataflow",),
    "region": ("dataflow",),
    "temp_location": ("dataflow",),
    "image": ("dataflow",),
    "shared": ("flink", "spark", "dataflow"),
}


@dataclass(frozen=True, kw_only=True, config=pydantic.ConfigDict(extra="forbid"))
class Beam:
    """An engine for Beam, and where it is. Settings that the engine does not read stay empty."""

    runner: Engine = "direct"
    # direct: number of processes (None: 1). flink: parallel parts of a step (None: 1). dataflow:
    # maximum number of workers (None: Dataflow decides). Spark has its own setting.
    parallelism: Annotated[int, Field(ge=1)] | None = None
    job_endpoint: str = ""  # HOST:PORT of Beam's job server.
    artifact_endpoint: str = ""  # HOST:PORT, if the one that the job server gives is out of reach.
    worker_pool: str = ""  # HOST:PORT of the workers, as seen from each TaskManager or executor.
    project: str = ""
    region: str = ""
    temp_location: str = ""  # gs://BUCKET/FOLDER
    image: str = ""  # The workers': the steps' image with Beam's boot program.
    # Kubeflow only: a folder that steps and workers both see, since each step has its own disk.
    shared: str = ""
    more: tuple[str, ...] = ()  # More arguments for Beam: --name=value.

    @property
    def args(self) -> tuple[str, ...]:
        """Beam's command line. Raises SettingsError for missing or unsupported settings."""
        check(self)
        return (*ARGS[self.runner](self), *self.more)

    @property
    def kubeflow_args(self) -> tuple[str, ...]:
        """The same with the option of the containers' entry point. Raises SettingsError."""
        if self.runner == "direct":
            return self.args
        if not self.shared:
            raise SettingsError(
                f"beam.shared is missing: on Kubeflow, {self.runner}'s workers do not see the "
                "disks of the steps' pods. Set it to a folder in a bucket, or on a volume that "
                "both mount.",
                name="beam.shared",
            )
        check_reachable(self, {"beam.shared": self.shared})
        return (*self.args, f"--shared_folder={self.shared}")


DIRECT = Beam()


def make_direct_args(beam: Beam) -> tuple[str, ...]:
    """In this process, or in several on this machine."""
    if beam.parallelism in (None, 1):
        return IN_PROCESS
    workers = f"--direct_num_workers={beam.parallelism}"
    return (*IN_PROCESS, "--direct_running_mode=multi_processing", workers)


def make_portable_args(beam: Beam) -> tuple[str, ...]:
    """Through Beam's job server, with a pool of Python workers next to each engine worker."""
    staging = f"--artifact_endpoint={beam.artifact_endpoint}"
    return (
        "--runner=PortableRunner",
        f"--job_endpoint={beam.job_endpoint}",
        *((staging,) if beam.artifact_endpoint else ()),
        "--environment_type=EXTERNAL",
        f"--environment_config={beam.worker_pool or 'localhost:50000'}",
        f"--environment_cache_millis={CACHE_MILLIS}",
        NO_PACKING,
    )


def make_flink_args(beam: Beam) -> tuple[str, ...]:
    """The same, in parallel parts. Flink's own configuration limits how often a job restarts."""
    return (*make_portable_args(beam), f"--parallelism={beam.parallelism or 1}")


def make_dataflow_args(beam: Beam) -> tuple[str, ...]:
    """On Google Cloud; `k8s/docker/dataflow.Dockerfile` makes the workers' image."""
    return (
        "--runner=DataflowRunner",
        f"--project={beam.project}",
        f"--region={beam.region}",
        f"--temp_location={beam.temp_location}",
        f"--sdk_container_image={beam.image}",
        "--experiments=use_runner_v2",
        *((f"--max_num_workers={beam.parallelism}",) if beam.parallelism else ()),
    )


ARGS = {
    "direct": make_direct_args,
    "flink": make_flink_args,
    "spark": make_portable_args,
    "dataflow": make_dataflow_args,
}


def check(beam: Beam) -> None:
    """Raises SettingsError for the first setting that the engine does not accept."""
    check_unused(beam)
    if beam.runner in PORTABLE:
        check_portable(beam)
    if beam.runner == "dataflow":
        check_dataflow(beam)
    for argument in beam.more:
        if not argument.startswith("--") or argument.startswith("--runner"):
            raise SettingsError(
                f"beam.more={argument}: write arguments as --name=value, and set the runner with "
                "beam.runner.",
                name="beam.more",
                value=argument,
            )


def check_unused(beam: Beam) -> None:
    """Raises SettingsError for a setting that this engine does not use."""
    for name, engines in READ_BY.items():
        value = getattr(beam, name)
        if value and beam.runner not in engines:
            raise SettingsError(
                f"beam.{name}={value} is not read by {beam.runner}, only by "
                f"{', '.join(engines)}: leave it out, or choose another runner.",
                name=f"beam.{name}",
                value=value,
            )


def check_portable(beam: Beam) -> None:
    """Raises SettingsError if the job server is missing or an address is not HOST:PORT."""
    if not beam.job_endpoint:
        raise SettingsError(
            f"beam.job_endpoint is missing: {beam.runner} gets its jobs from Beam's job server. "
            "Set it to the server's HOST:PORT, such as fcn-beam-job-server:8099.",
            name="beam.job_endpoint",
        )
    for name in ("job_endpoint", "artifact_endpoint", "worker_pool"):
        place = getattr(beam, name)
        if place and not re.fullmatch(r"[A-Za-z0-9.-]+:\d{1,5}", place):
            raise SettingsError(
                f"beam.{name}={place}: give HOST:PORT, without http://.",
                name=f"beam.{name}",
                value=place,
            )


def check_dataflow(beam: Beam) -> None:
    """Raises SettingsError if a setting is missing or Dataflow cannot read its folder."""
    for name in ("project", "region", "temp_location", "image"):
        if not getattr(beam, name):
            raise SettingsError(
                f"beam.{name} is missing: set it, since Dataflow does not start without it.",
                name=f"beam.{name}",
            )
    check_reachable(beam, {"beam.temp_location": beam.temp_location})


def check_reachable(beam: Beam, places: dict[str, str]) -> None:
    """Raises SettingsError for the first folder, by its setting, that the workers cannot reach.

    They have other working directories, and Dataflow's have other disks.
    """
    for name, place in places.items():
        if beam.runner == "dataflow" and not place.startswith("gs://"):
            raise SettingsError(
                f"{name}={place}: Dataflow's workers see only buckets. Give gs://BUCKET/FOLDER.",
                name=name,
                value=place,
            )
        if beam.runner != "direct" and not is_absolute(place):
            raise SettingsError(
                f"{name}={place} is relative: {beam.runner}'s workers have other working "
                "directories. Give a path that begins with / on a disk that they share with this "
                "machine, or a URI such as gs://BUCKET/FOLDER.",
                name=name,
                value=place,
            )


def is_absolute(place: str) -> bool:
    """Whether a path begins with /, or a URI names a store or a path: gs://b or file:///data."""
    return place.startswith("/") or bool(re.match(r"[a-z][a-z0-9+.-]*:///?[^/]", place))


def parse(engine: str, options: Iterable[str], *, base: Beam = DIRECT) -> Beam:
    """Parses settings of the form NAME=VALUE; `more` may be repeated.

    They override those of `base`, unless another engine is chosen: that one starts from defaults.
    Raises SettingsError for an unknown name or an invalid value.
    """
    given = asdict(base if engine in ("", base.runner) else DIRECT)
    given["runner"] = engine or base.runner
    more = list(given["more"])
    for option in options:
        name, separator, value = option.partition("=")
        if not separator:
            raise SettingsError(
                f"--beam {option}: write NAME=VALUE, such as parallelism=4.",
                name="--beam",
                value=option,
            )
        if name == "more":
            more.append(value)
        else:
            given[name] = value
    try:
        beam = _BEAM.validate_python({**given, "more": more})
    except pydantic.ValidationError as error:
        known = (*READ_BY, "more")
        raise SettingsError.from_pydantic(error, prefix="beam.", known=known) from error
    check(beam)
    return beam


_BEAM = pydantic.TypeAdapter(Beam)
