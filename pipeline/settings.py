"""Where a run happens: roots, workers, nodes. What its result depends on is the experiment."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal

import pydantic
from pydantic import Field
from pydantic.dataclasses import dataclass

from pipeline import beam as engines
from pipeline.beam import IN_PROCESS, Beam


@dataclasses.dataclass(frozen=True, kw_only=True)
class Settings:
    """The places of one run, all absolute: other processes have other working directories."""

    data: str  # The folder of images, on any file system of tf.io.gfile.
    workdir: str  # Everything a run makes, but for the versions it pushes.
    push_root: str  # <push_root>/<model name>/<version>/
    fingerprint: str = ""  # Of data and code: a change makes ingestion, and the rest, run again.
    # What the candidate is compared with; see components/serving_folder.py.
    served_version: str = "newest"
    push_attempt: str = ""  # Another text makes Pusher push once more what it pushed before.
    beam_args: tuple[str, ...] = IN_PROCESS

    @classmethod
    def from_env(
        cls, model: str, *, data: str = "", workdir: str = "", push_root: str = ""
    ) -> Settings:
        """The places given, else those of FCN_DATA, FCN_WORKDIR and FCN_PUSH_ROOT.

        A push root that nobody gives is "served". Raises ValueError where nobody gives the data,
        and for a workdir that is no local folder.
        """
        data, workdir = raw_places(model, data=data, workdir=workdir)
        push_root = push_root or os.environ.get("FCN_PUSH_ROOT", "") or "served"
        if "://" in workdir:
            raise ValueError(f"--workdir {workdir}: a local run needs a local folder.")
        return cls(data=absolute(data), workdir=absolute(workdir), push_root=absolute(push_root))

    @property
    def pipeline_root(self) -> str:
        """Where the steps' artifacts are."""
        return f"{self.workdir}/artifacts"

    @property
    def checkpoints(self) -> str:
        """Where a training that was killed finds its last epoch again."""
        return f"{self.workdir}/checkpoints"

    def served_folder(self, model: str) -> str:
        """Where the versions of a model are."""
        return f"{self.push_root}/{model}"


def raw_places(model: str, *, data: str, workdir: str) -> tuple[str, str]:
    """The data and workdir given, else those of FCN_DATA and FCN_WORKDIR, as somebody wrote them.

    A workdir that nobody gives is runs/<model>. Raises ValueError where nobody gives the data.
    """
    data = data or os.environ.get("FCN_DATA", "")
    if not data:
        raise ValueError("No folder of images: give --data, or set FCN_DATA.")
    return data, workdir or os.environ.get("FCN_WORKDIR", "") or f"runs/{model}"


def absolute(place: str) -> str:
    """A path made absolute; a URI as it is."""
    return place.rstrip("/") if "://" in place else str(Path(place).expanduser().resolve())


STRICT = pydantic.ConfigDict(extra="forbid")
Amount = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=0)]
AbsolutePath = Annotated[str, Field(pattern=r"^/")]
Variable = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
SecretKey = Annotated[str, Field(pattern=r"^[-._a-zA-Z0-9]+$")]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Step:
    """What one step may take of a node, and how often and how long it may try."""

    cpu_request: Amount = 1.0  # Cores.
    cpu_limit: Amount = 2.0
    memory_request: Amount = 4.0  # Gigabytes of 10^9 bytes: Kubernetes' "4G".
    memory_limit: Amount = 8.0
    gpus: Count = 0
    retries: Count = 2
    backoff_seconds: Count = 30  # Before the first retry; twice as long before each further one.
    timeout_seconds: Annotated[int, Field(ge=1)] = 60 * 60  # Of one attempt.


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Gpu:
    """The nodes where steps with a GPU run."""

    resource: str = "nvidia.com/gpu"  # What the nodes' device plug-in offers, and their taint.
    node_labels: dict[str, str] = Field(default_factory=dict)
    shared_memory: str = "8Gi"  # Of the node's memory, at /dev/shm.


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Volume:
    """A PersistentVolumeClaim, and where these steps find it; all steps where none is named."""

    claim: str
    mount_path: AbsolutePath
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Secret:
    """Keys of a Kubernetes secret as environment variables of these steps, or of all."""

    name: str
    env: dict[Variable, SecretKey]  # Key by variable; the value is in Kubernetes alone.
    steps: tuple[str, ...] = ()


SERVED_BY = ("AnomalyGate", "BaselineModel", "Pusher")  # The steps that look at what is served.
VOLUMES = (
    Volume(claim="fcn-data", mount_path="/data", steps=("ImageExampleGen",)),
    Volume(claim="fcn-served", mount_path="/served", steps=SERVED_BY),
)
STEPS = {
    "ImageExampleGen": Step(cpu_limit=4.0, timeout_seconds=4 * 60 * 60),
    "Transform": Step(timeout_seconds=2 * 60 * 60),
    "Trainer": Step(
        cpu_request=4.0,
        cpu_limit=8.0,
        memory_request=16.0,
        memory_limit=32.0,
        gpus=1,
        backoff_seconds=60,
        timeout_seconds=24 * 60 * 60,
    ),
    "Evaluator": Step(cpu_limit=4.0, timeout_seconds=2 * 60 * 60),
}


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Cluster:
    """A Kubernetes cluster with Kubeflow Pipelines, as `fcn compile` writes a graph for it."""

    image: str = ""  # With a tag that stays, or a digest: k8s/docker/pipeline.Dockerfile makes it.
    data: str = ""  # What the parameter `data` is where a run gives none: else /data/<experiment>.
    push_root: str = "/served"
    # On the pod's disk, which ends with the pod; a folder on a volume outlives it.
    checkpoints: AbsolutePath = "/tmp/checkpoints"
    volumes: tuple[Volume, ...] = VOLUMES
    secrets: tuple[Secret, ...] = ()
    steps: dict[str, Step] = Field(default_factory=STEPS.copy)
    other_steps: Step = Step()
    gpu: Gpu = Gpu()
    pull_policy: Literal["IfNotPresent", "Always", "Never"] = "IfNotPresent"
    pull_secrets: tuple[str, ...] = ()
    run_as_user: Annotated[int, Field(ge=1)] | None = None  # The image's where None; never root.
    labels: dict[str, str] = Field(default_factory=dict)  # Of all pods.
    # Off for a backend before 2.14: it refuses a task that asks how the run has ended.
    notification: bool = True
    caching: bool = True  # Off once after a change of the pipeline root: cached results stay there.
    beam: Beam = Beam()

    @property
    def beam_args(self) -> tuple[str, ...]:
        """What Beam's steps take. Raises ValueError where the engine lacks something."""
        if self.data:
            engines.check_places(self.beam, {"data": self.data})
        elif self.beam.runner == "dataflow":
            raise ValueError(
                "data is missing: its default is on a volume, which Dataflow's workers do not see. "
                "Give gs://BUCKET/FOLDER, in the cluster's file or by `fcn compile --data`."
            )
        return self.beam.kubeflow_args

    def step(self, name: str) -> Step:
        """What a component's step gets."""
        return self.steps.get(name, self.other_steps)

    @classmethod
    def from_env(
        cls,
        file: Path | None = None,
        *,
        image: str = "",
        data: str = "",
        runner: str = "",
        beam: Iterable[str] = (),
    ) -> Cluster:
        """The settings of a YAML file, which needs to name only what differs from the defaults.

        What is given goes before the file's, for Beam as `beam_runner.parse` says, and FCN_IMAGE
        between the two. The file may also be named by FCN_CLUSTER. Raises ValueError that names
        the value which does not fit.
        """
        named = file or os.environ.get("FCN_CLUSTER", "")
        given = read_yaml(Path(named)) if named else {}
        first = {"image": image or os.environ.get("FCN_IMAGE", ""), "data": data}
        given |= {name: value for name, value in first.items() if value}
        try:
            found = _CLUSTER.validate_python(merged(json.loads(_CLUSTER.dump_json(cls())), given))
        except pydantic.ValidationError as error:
            raise ValueError(" ".join(map(_sentence, error.errors()))) from error
        engine = engines.parse(runner, beam, base=found.beam)
        found = dataclasses.replace(found, beam=engine)
        _ = found.beam_args  # Now: a step of a cluster would say it later.
        return found


def read_yaml(path: Path) -> dict[str, Any]:
    """The mapping in a YAML file. Raises ValueError where there is none."""
    import yaml  # Here, since local runs need no YAML.

    try:
        found = yaml.safe_load(path.read_text("utf-8")) or {}
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}.") from error
    except yaml.YAMLError as error:
        raise ValueError(f"{path} is no YAML: {error}") from error
    if not isinstance(found, dict):
        raise ValueError(f"{path} holds no settings: write lines such as `image: NAME:TAG`.")
    return found


def merged(default: Any, given: Any) -> Any:
    """The default with what is given in its place, key by key where both are mappings."""
    if not (isinstance(default, dict) and isinstance(given, dict)):
        return given
    return default | {key: merged(default.get(key), value) for key, value in given.items()}


def _sentence(error: Any) -> str:
    place, said = ".".join(map(str, error["loc"])), error["msg"].rstrip(".")
    if error["loc"][:1] == ("secrets",):  # Somebody may have written the secret itself.
        return f"{place}: {said}."
    return f"{place}={json.dumps(error['input'], default=str)}: {said}."


_CLUSTER = pydantic.TypeAdapter(Cluster)
