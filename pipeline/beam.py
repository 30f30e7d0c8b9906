"""Which engine runs the components' Beam pipelines, and the arguments that Beam takes for it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict
from typing import Annotated, Any, Literal, get_args

import pydantic
from pydantic import Field
from pydantic.dataclasses import dataclass

Engine = Literal["direct", "flink", "spark", "dataflow"]
ENGINES = get_args(Engine)
PORTABLE = ("flink", "spark")  # They get their jobs from Beam's job server.

# What DirectRunner ends at: by that name, later Beams first try an engine that they download.
FN_API_RUNNER = "--runner=apache_beam.runners.portability.fn_api_runner.FnApiRunner"
# An image for workers, of which there are none, keeps TFX from packing its sources for them.
NO_PACKING = "--sdk_container_image=unused"
IN_PROCESS = (FN_API_RUNNER, NO_PACKING)

# How long a worker is kept after a step: less, and a job starts more of them, which import
# TensorFlow. One that is dead is kept as well: Flink's restart-strategy has to wait for longer.
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
    """An engine for Beam, and where it is. What an engine does not read stays empty."""

    runner: Engine = "direct"
    # Processes of direct and parts of each step of Flink, 1 where None; at most workers of
    # Dataflow, which decides by itself where None. Spark's parts are its own setting.
    parallelism: Annotated[int, Field(ge=1)] | None = None
    job_endpoint: str = ""  # HOST:PORT of Beam's job server.
    artifact_endpoint: str = ""  # HOST:PORT, where the one that the server names is not reached.
    worker_pool: str = ""  # HOST:PORT of the workers, as seen from each TaskManager or executor.
    project: str = ""
    region: str = ""
    temp_location: str = ""  # gs://BUCKET/FOLDER
    image: str = ""  # Of the workers: the steps' own with Beam's boot in it.
    # On Kubeflow: a folder that steps and workers both see. Artifacts lie on the steps' own disks.
    shared: str = ""
    more: tuple[str, ...] = ()  # Further arguments, as Beam takes them: --name=value.

    @property
    def args(self) -> tuple[str, ...]:
        """What Beam takes. Raises ValueError where the engine lacks something, or reads it not."""
        check(self)
        return (*ARGS[self.runner](self), *self.more)

    @property
    def kubeflow_args(self) -> tuple[str, ...]:
        """The same, and what the containers' entry takes. Raises ValueError likewise."""
        if self.runner == "direct":
            return self.args
        if not self.shared:
            raise ValueError(
                f"beam.shared is missing: on Kubeflow, artifacts lie on the disks of the steps' "
                f"pods, which {self.runner}'s workers do not see. Name a folder on a volume that "
                "both mount, or in a bucket."
            )
        check_places(self, {"beam.shared": self.shared})
        return (*self.args, f"--shared_folder={self.shared}")


DIRECT = Beam()


def direct(beam: Beam) -> tuple[str, ...]:
    """In this process, or in several of this machine."""
    if beam.parallelism in (None, 1):
        return IN_PROCESS
    workers = f"--direct_num_workers={beam.parallelism}"
    return (*IN_PROCESS, "--direct_running_mode=multi_processing", workers)


def portable(beam: Beam) -> tuple[str, ...]:
    """By Beam's job server, with Python workers that wait beside the engine's own."""
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


def flink(beam: Beam) -> tuple[str, ...]:
    """The same in so many parts. How often a job begins again is in Flink's own configuration."""
    return (*portable(beam), f"--parallelism={beam.parallelism or 1}")


def dataflow(beam: Beam) -> tuple[str, ...]:
    """On Google Cloud, with the image of `k8s/docker/dataflow.Dockerfile` for the workers."""
    return (
        "--runner=DataflowRunner",
        f"--project={beam.project}",
        f"--region={beam.region}",
        f"--temp_location={beam.temp_location}",
        f"--sdk_container_image={beam.image}",
        "--experiments=use_runner_v2",
        *((f"--max_num_workers={beam.parallelism}",) if beam.parallelism else ()),
    )


ARGS = {"direct": direct, "flink": flink, "spark": portable, "dataflow": dataflow}


def check(beam: Beam) -> None:
    """Raises ValueError with a sentence for the first thing that does not fit the engine."""
    for name, engines in READ_BY.items():
        if getattr(beam, name) and beam.runner not in engines:
            raise ValueError(
                f"beam.{name}={getattr(beam, name)} is not read by {beam.runner}, only by "
                f"{', '.join(engines)}: leave it out, or name another runner."
            )
    if beam.runner in PORTABLE:
        check_portable(beam)
    if beam.runner == "dataflow":
        check_dataflow(beam)
    for argument in beam.more:
        if not argument.startswith("--") or argument.startswith("--runner"):
            raise ValueError(
                f"beam.more holds {argument!r}: write arguments as --name=value, and the runner "
                "as beam.runner."
            )


def check_portable(beam: Beam) -> None:
    """Raises ValueError where no job server is named, or a place is none."""
    if not beam.job_endpoint:
        raise ValueError(
            f"beam.job_endpoint is missing: {beam.runner} gets its jobs from Beam's job server, "
            "so give its HOST:PORT, such as fcn-beam-job-server:8099."
        )
    for name in ("job_endpoint", "artifact_endpoint", "worker_pool"):
        place = getattr(beam, name)
        if place and not re.fullmatch(r"[A-Za-z0-9.-]+:\d{1,5}", place):
            raise ValueError(f"beam.{name}={place}: give HOST:PORT, without http://.")


def check_dataflow(beam: Beam) -> None:
    """Raises ValueError where something is missing, or lies where Dataflow cannot read."""
    for name in ("project", "region", "temp_location", "image"):
        if not getattr(beam, name):
            raise ValueError(f"beam.{name} is missing: Dataflow does not start without it.")
    check_places(beam, {"beam.temp_location": beam.temp_location})


def check_places(beam: Beam, places: dict[str, str]) -> None:
    """Raises ValueError for the first place, by its name, that the engine's workers cannot reach.

    They have other working directories, and Dataflow's have other disks.
    """
    for name, place in places.items():
        if beam.runner == "dataflow" and not place.startswith("gs://"):
            raise ValueError(
                f"{name}={place}: Dataflow's workers see no other disk. Give gs://BUCKET/FOLDER."
            )
        if beam.runner != "direct" and not is_absolute(place):
            raise ValueError(
                f"{name}={place} is relative: {beam.runner}'s workers have other working "
                "directories. Give a path that begins with /, on a disk that they share with this "
                "machine, or a URI such as gs://BUCKET/FOLDER."
            )


def is_absolute(place: str) -> bool:
    """Whether a path begins at the root, or a URI its store or, as file:///data, a path."""
    return place.startswith("/") or bool(re.match(r"[a-z][a-z0-9+.-]*:///?[^/]", place))


def parse(engine: str, options: Iterable[str], *, base: Beam = DIRECT) -> Beam:
    """The engine's settings from NAME=VALUE texts; `more` may be given again and again.

    They are laid over the base where no engine is named, or the base's; another begins anew.
    Raises ValueError for a name or a value that does not fit.
    """
    given = asdict(base if engine in ("", base.runner) else DIRECT)
    given["runner"] = engine or base.runner
    more = list(given["more"])
    for option in options:
        name, separator, value = option.partition("=")
        if not separator:
            raise ValueError(f"--beam {option}: write NAME=VALUE, such as parallelism=4.")
        if name == "more":
            more.append(value)
        else:
            given[name] = value
    try:
        beam = _BEAM.validate_python({**given, "more": more})
    except pydantic.ValidationError as error:
        raise ValueError(" ".join(map(_sentence, error.errors()))) from error
    check(beam)
    return beam


def _sentence(error: Any) -> str:
    name = error["loc"][0] if error["loc"] else ""
    if error["type"] == "unexpected_keyword_argument":
        names = ", ".join((*READ_BY, "more"))
        return f"beam.{name} is no setting: choose from {names}."
    return f"beam.{name}={error['input']}: {error['msg'].rstrip('.')}."


_BEAM = pydantic.TypeAdapter(Beam)
