"""Settings of a Kubernetes cluster with Kubeflow Pipelines: what each step gets, and where."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal

import pydantic
import yaml
from pydantic import Field
from pydantic.dataclasses import dataclass

from pipeline import beam as engines
from pipeline.beam import Beam

STRICT = pydantic.ConfigDict(extra="forbid")
Amount = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=0)]
AbsolutePath = Annotated[str, Field(pattern=r"^/")]
Variable = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
SecretKey = Annotated[str, Field(pattern=r"^[-._a-zA-Z0-9]+$")]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class StepSettings:
    """A step's share of a node, and the number and length of its attempts."""

    cpu_request: Amount = 1.0  # Cores.
    cpu_limit: Amount = 2.0
    memory_request: Amount = 4.0  # Gigabytes of 10^9 bytes: Kubernetes' "4G".
    memory_limit: Amount = 8.0
    gpus: Count = 0
    retries: Count = 2
    backoff_seconds: Count = 30  # Before the first retry; doubles with each further retry.
    timeout_seconds: Annotated[int, Field(ge=1)] = 60 * 60  # Of one attempt.


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Gpu:
    """The nodes on which steps with a GPU run."""

    resource: str = "nvidia.com/gpu"  # The name in the nodes' device plug-in and in their taint.
    node_labels: dict[str, str] = Field(default_factory=dict)
    shared_memory: str = "8Gi"  # Of the node's memory, at /dev/shm.


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Volume:
    """A PersistentVolumeClaim and the steps that mount it; all steps if none is named."""

    claim: str
    mount_path: AbsolutePath
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Secret:
    """Keys of a Kubernetes secret as environment variables of these steps; of all if empty."""

    name: str
    env: dict[Variable, SecretKey]  # Key by variable; only Kubernetes knows the value.
    steps: tuple[str, ...] = ()


SERVED_BY = ("AnomalyGate", "BaselineModel", "Pusher")  # The steps that read served versions.
VOLUMES = (
    Volume(claim="fcn-data", mount_path="/data", steps=("ImageExampleGen",)),
    Volume(claim="fcn-served", mount_path="/served", steps=SERVED_BY),
)
STEPS = {
    "ImageExampleGen": StepSettings(cpu_limit=4.0, timeout_seconds=4 * 60 * 60),
    "Transform": StepSettings(timeout_seconds=2 * 60 * 60),
    "Trainer": StepSettings(
        cpu_request=4.0,
        cpu_limit=8.0,
        memory_request=16.0,
        memory_limit=32.0,
        gpus=1,
        backoff_seconds=60,
        timeout_seconds=24 * 60 * 60,
    ),
    "Evaluator": StepSettings(cpu_limit=4.0, timeout_seconds=2 * 60 * 60),
}


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Cluster:
    """A Kubernetes cluster with Kubeflow Pipelines, for which `fcn compile` writes a graph."""

    image: str = ""  # With a fixed tag or a digest: k8s/docker/pipeline.Dockerfile builds it.
    data: str = ""  # Default of the parameter `data`; /data/<experiment> if empty.
    push_root: str = "/served"
    # By default on the pod's disk, which is lost with the pod; a folder on a volume stays.
    checkpoints: AbsolutePath = "/tmp/checkpoints"
    volumes: tuple[Volume, ...] = VOLUMES
    secrets: tuple[Secret, ...] = ()
    steps: dict[str, StepSettings] = Field(default_factory=STEPS.copy)
    other_steps: StepSettings = StepSettings()
    gpu: Gpu = Gpu()
    pull_policy: Literal["IfNotPresent", "Always", "Never"] = "IfNotPresent"
    pull_secrets: tuple[str, ...] = ()
    run_as_user: Annotated[int, Field(ge=1)] | None = None  # None: the image's user. Never root.
    labels: dict[str, str] = Field(default_factory=dict)  # Of all pods.
    # Turn off for a backend before 2.14: it refuses a task that reads the run's final status.
    notification: bool = True
    # Turn off for one run after a change of the pipeline root: cached results stay in the old one.
    caching: bool = True
    beam: Beam = Beam()

    @property
    def beam_args(self) -> tuple[str, ...]:
        """Arguments of the Beam steps. Raises ValueError for an engine's missing setting."""
        if self.data:
            engines.check_places(self.beam, {"data": self.data})
        elif self.beam.runner == "dataflow":
            raise ValueError(
                "data is missing: its default is on a volume, which Dataflow's workers do not see. "
                "Give gs://BUCKET/FOLDER, in the cluster's file or by `fcn compile --data`."
            )
        return self.beam.kubeflow_args

    def step(self, name: str) -> StepSettings:
        """The settings of a component's step."""
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
        """Settings of a YAML file, or of the file that FCN_CLUSTER names; defaults for the rest.

        Arguments override FCN_IMAGE, which overrides the file; for Beam see `pipeline.beam.parse`.
        Raises ValueError that names the invalid value.
        """
        path = file or os.environ.get("FCN_CLUSTER", "")
        given = read_yaml(Path(path)) if path else {}
        overrides = {"image": image or os.environ.get("FCN_IMAGE", ""), "data": data}
        given |= {name: value for name, value in overrides.items() if value}
        try:
            found = _CLUSTER.validate_python(merge(json.loads(_CLUSTER.dump_json(cls())), given))
        except pydantic.ValidationError as error:
            raise ValueError(" ".join(map(format_error, error.errors()))) from error
        engine = engines.parse(runner, beam, base=found.beam)
        found = dataclasses.replace(found, beam=engine)
        _ = found.beam_args  # Raises here, not in a step on the cluster.
        return found


def read_yaml(path: Path) -> dict[str, Any]:
    """The mapping in a YAML file. Raises ValueError if the file has none."""
    try:
        found = yaml.safe_load(path.read_text("utf-8")) or {}
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}.") from error
    except yaml.YAMLError as error:
        raise ValueError(f"{path} is not YAML: {error}") from error
    if not isinstance(found, dict):
        raise ValueError(f"{path} contains no settings: write lines such as `image: NAME:TAG`.")
    return found


def merge(default: Any, given: Any) -> Any:
    """The default, replaced by what is given: key by key if both are mappings."""
    if not (isinstance(default, dict) and isinstance(given, dict)):
        return given
    return default | {key: merge(default.get(key), value) for key, value in given.items()}


def format_error(error: Any) -> str:
    """An error of pydantic as a sentence. It never repeats a secret's settings."""
    place, message = ".".join(map(str, error["loc"])), error["msg"].rstrip(".")
    if error["loc"][:1] == ("secrets",):  # The value may be the secret itself.
        return f"{place}: {message}."
    return f"{place}={json.dumps(error['input'], default=str)}: {message}."


_CLUSTER = pydantic.TypeAdapter(Cluster)
