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
from pipeline.settings_error import SettingsError
from trainer.phase_config import Devices, Precision

STRICT = pydantic.ConfigDict(extra="forbid")
Amount = Annotated[float, Field(gt=0)]
Gpus = Annotated[int, Field(ge=0, le=64)]
Retries = Annotated[int, Field(ge=0, le=20)]  # The 20th waits 2^19 times as long as the first.
Wait = Annotated[int, Field(ge=0, le=24 * 60 * 60)]  # So that the sum fits into a Duration.
LONGEST_TIME = 366 * 24 * 60 * 60
Timeout = Annotated[int, Field(ge=1, le=LONGEST_TIME)]
UserId = Annotated[int, Field(ge=1, lt=2**31)]
AbsolutePath = Annotated[str, Field(pattern=r"^/")]
Variable = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
SecretKey = Annotated[str, Field(pattern=r"^[-._a-zA-Z0-9]+$")]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class StepSettings:
    """What a step may use of a node, and how often and how long it may try."""

    cpu_request: Amount = 1.0  # Cores.
    cpu_limit: Amount = 2.0
    memory_request: Amount = 4.0  # Gigabytes of 10^9 bytes: Kubernetes' "4G".
    memory_limit: Amount = 8.0
    gpus: Gpus = 0
    retries: Retries = 2
    backoff_seconds: Wait = 30  # Before the first retry; doubled before each further one.
    timeout_seconds: Timeout = 60 * 60  # Of each attempt.


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Gpu:
    """The nodes on which steps with a GPU run."""

    resource: str = "nvidia.com/gpu"  # The device plug-in's resource, and the nodes' taint.
    node_labels: dict[str, str] = Field(default_factory=dict)
    shared_memory: str = "8Gi"  # Of the node's memory, at /dev/shm.


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Volume:
    """A PersistentVolumeClaim and its mount path in these steps; in all steps if none is named."""

    claim: str
    mount_path: AbsolutePath
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Secret:
    """Keys of a Kubernetes secret as environment variables of these steps; of all if none."""

    name: str
    env: dict[Variable, SecretKey]  # Variable: key. Only Kubernetes knows the values.
    steps: tuple[str, ...] = ()


READ_SERVED_VERSIONS = ("AnomalyGate", "BaselineModel", "Pusher")
VOLUMES = (
    Volume(claim="fcn-data", mount_path="/data", steps=("ImageExampleGen",)),
    Volume(claim="fcn-served", mount_path="/served", steps=READ_SERVED_VERSIONS),
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
DOUBTS = "LabelDoubts"  # Settings of this step are kept for experiments that have it.


@dataclass(frozen=True, kw_only=True, config=STRICT)
class ClusterSettings:
    """A Kubernetes cluster with Kubeflow Pipelines, for which `fcn compile` writes a graph."""

    image: str = ""  # With a fixed tag or a digest; from k8s/docker/pipeline.Dockerfile.
    data: str = ""  # Default of the parameter `data`; /data/<experiment> if empty.
    push_root: str = "/served"
    follow_links: bool = False  # Of the data, out of its folder.
    corrections: str = ""  # The file that `fcn review` wrote, on a volume or in a bucket.
    # On the pod's disk, which is lost with the pod; choose a folder on a volume to keep them.
    checkpoints: AbsolutePath = "/tmp/checkpoints"
    volumes: tuple[Volume, ...] = VOLUMES
    secrets: tuple[Secret, ...] = ()
    steps: dict[str, StepSettings] = Field(default_factory=STEPS.copy)
    other_steps: StepSettings = StepSettings()
    gpu: Gpu = Gpu()
    precision: Precision | None = None  # Of training; None: the experiment's train.precision.
    devices: Devices | None = None  # None: "all" if the Trainer has several GPUs, or train.devices.
    pull_policy: Literal["IfNotPresent", "Always", "Never"] = "IfNotPresent"
    pull_secrets: tuple[str, ...] = ()
    run_as_user: UserId | None = None  # None: the image's user.
    labels: dict[str, str] = Field(default_factory=dict)  # Of all pods.
    # Switch off for backends before 2.14: they refuse a task that reads how the run ended.
    notification: bool = True
    # Switch off for one run after the pipeline root has changed: cached results are in the old one.
    caching: bool = True
    beam: Beam = Beam()

    @property
    def beam_args(self) -> tuple[str, ...]:
        """Beam's command line in the steps. Raises SettingsError if something is missing."""
        if self.data:
            engines.check_reachable(self.beam, {"data": self.data})
        elif self.beam.runner == "dataflow":
            raise SettingsError(
                "data is missing: its default is on a volume, which Dataflow's workers do not see. "
                "Give gs://BUCKET/FOLDER in the cluster's file, or with `fcn compile --data`.",
                name="data",
            )
        return self.beam.kubeflow_args

    @property
    def trainer_devices(self) -> str:
        """The devices that the Trainer uses; empty: those that the experiment names."""
        several = self.find_step_settings("Trainer").gpus > 1
        return self.devices or ("all" if several else "")

    def find_step_settings(self, name: str) -> StepSettings:
        """The limits of a component's step."""
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
    ) -> ClusterSettings:
        """The settings of a YAML file, or of the file that FCN_CLUSTER names, over the defaults.

        Arguments override FCN_IMAGE, which overrides the file; for Beam see `pipeline.beam.parse`.
        Raises SettingsError for a setting that does not fit.
        """
        path = file or os.environ.get("FCN_CLUSTER", "")
        given = read_yaml(Path(path)) if path else {}
        overrides = {"image": image or os.environ.get("FCN_IMAGE", ""), "data": data}
        given |= {name: value for name, value in overrides.items() if value}
        try:
            cluster = _CLUSTER.validate_python(merge(json.loads(_CLUSTER.dump_json(cls())), given))
        except pydantic.ValidationError as error:  # Which would show secrets: hence `from None`.
            raise SettingsError.from_pydantic(error) from None
        cluster = dataclasses.replace(cluster, beam=engines.parse(runner, beam, base=cluster.beam))
        _ = cluster.beam_args  # Fails here rather than in a step of the cluster.
        return cluster


def read_yaml(path: Path) -> dict[str, Any]:
    """The mapping in a YAML file. Raises SettingsError if it cannot be read."""
    setting: dict[str, Any] = {"name": "--cluster", "value": path}
    try:
        settings = yaml.safe_load(path.read_text("utf-8")) or {}
    except OSError as error:
        message = f"{path} cannot be read ({error.strerror}): check the path and its permissions."
        raise SettingsError(message, **setting) from error
    except yaml.YAMLError as error:  # Its text quotes the file, where secrets may be.
        mark = getattr(error, "problem_mark", None)
        place = f" at line {mark.line + 1}" if mark else ""
        message = f"{path} is not valid YAML{place}: fix the syntax there."
        raise SettingsError(message, **setting) from None
    if not isinstance(settings, dict):
        message = f"{path} is not a mapping: write lines such as `image: NAME:TAG`."
        raise SettingsError(message, **setting)
    return settings


def merge(default: Any, given: Any) -> Any:
    """The default, overridden by what is given; mappings are merged key by key."""
    if not (isinstance(default, dict) and isinstance(given, dict)):
        return given
    return default | {key: merge(default.get(key), value) for key, value in given.items()}


_CLUSTER = pydantic.TypeAdapter(ClusterSettings)
