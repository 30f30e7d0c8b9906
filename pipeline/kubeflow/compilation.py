"""Compiles the graph for open-source Kubeflow Pipelines v2, with node placement.

TFX's runner writes for Vertex AI. What the open-source backend needs beyond that is added to its
messages: defaults of parameters, parameters for the nested tasks, retries, caching, and a second
document with what Kubernetes is to give each pod.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import yaml
from google.protobuf import json_format
from google.protobuf.duration_pb2 import Duration
from kfp.pipeline_spec.pipeline_spec_pb2 import (
    PipelineDeploymentConfig,
    PipelineSpec,
    PipelineTaskSpec,
)
from tfx import v1 as tfx
from tfx.orchestration.data_types import RuntimeParameter
from tfx.orchestration.kubeflow.decorators import FinalStatusStr

from components import atomic_text, serving_folder
from components.kubeflow.notification import Notification
from pipeline.graph import create_pipeline
from pipeline.kubeflow import lint, pods
from pipeline.kubeflow.compiled import Package
from pipeline.settings import SERVED_BY, Cluster, Settings, Step
from trainer.config import Experiment

ENTRY = ("python", "-m", "components.kubeflow.entry_point")
NESTED = "tfx-dag"  # TFX's name for the component that holds all tasks but the exit handler.
# They look at what changes without their inputs, or act on it: an old result is a wrong one.
NEVER_CACHED = ("ImageExampleGen", *SERVED_BY, "Notification")
NODE_WAIT = 24 * 60 * 60  # Seconds that an attempt may wait for a node: retries outlive the wait.


@dataclass(frozen=True, kw_only=True)
class GivenByRun(Settings):
    """Places that each run may name by its parameters."""

    served: str
    checkpoint_folder: str

    @property
    def checkpoints(self) -> str:
        """Where a training that was killed finds its last epoch again."""
        return self.checkpoint_folder

    def served_folder(self, model: str) -> str:
        """Where the versions of the model are."""
        return self.served


def compile_to(path: Path, experiment: Experiment, cluster: Cluster) -> Package:
    """Writes what is compiled, as YAML, complete when it becomes visible.

    Raises ValueError with a sentence for each thing that the backend would refuse or leave out.
    """
    package = compiled(experiment, cluster)
    text = written(package)
    check(lint.find_problems_in_text(text))
    path.parent.mkdir(parents=True, exist_ok=True)
    atomic_text.write(str(path), text)
    return package


def check(problems: list[lint.Problem]) -> None:
    """Raises ValueError where there are any."""
    if problems:
        raise ValueError("Kubeflow would not run this:\n  " + "\n  ".join(map(str, problems)))


def written(package: Package) -> str:
    """Both documents as YAML: the same text for the same package."""
    documents = [json_format.MessageToDict(part) for part in (package.spec, package.platform)]
    return yaml.safe_dump_all(documents, sort_keys=True, width=100)


def compiled(experiment: Experiment, cluster: Cluster) -> Package:
    """The graph of an experiment for a cluster. Raises ValueError for what cannot be compiled."""
    if problem := lint.find_name_problem(experiment.name):
        check([problem])
    if not experiment.data.classes:
        raise ValueError(
            "data.classes is empty, and the folder's are not known before a run: name them, as by "
            '--set \'data.classes=["cat", "dog"]\'.'
        )
    if not cluster.image:
        raise ValueError(
            "No image for the steps: give --image, set FCN_IMAGE, or write `image: NAME:TAG` into "
            "the file of --cluster."
        )
    spec = by_tfx(experiment, cluster)
    for name, value in defaults(experiment, cluster).items():
        spec.root.input_definitions.parameters[name].default_value.string_value = value
    hand_down(spec)
    for name, task in tasks(spec):
        task.caching_options.enable_cache = cluster.caching and name not in NEVER_CACHED
        task.retry_policy.CopyFrom(retries(cluster.step(name)))
    give_resources(spec, cluster)
    return Package(spec, pods.platform(cluster, [name for name, _ in tasks(spec)]))


def defaults(experiment: Experiment, cluster: Cluster) -> dict[str, str]:
    """The parameters that a run may give, and what they are where it does not."""
    return {
        "data": cluster.data or f"/data/{experiment.name}",
        "served_folder": f"{cluster.push_root.rstrip('/')}/{experiment.name}",
        "served_version": serving_folder.NEWEST,
    }


def by_tfx(experiment: Experiment, cluster: Cluster) -> PipelineSpec:
    """What TFX's own runner makes of the graph."""
    given = {name: parameter(name, value) for name, value in defaults(experiment, cluster).items()}
    settings = GivenByRun(
        data=given["data"],
        workdir="",
        push_root=cluster.push_root,
        follow_links=cluster.follow_links,
        served=given["served_folder"],
        served_version=given["served_version"],
        checkpoint_folder=cluster.checkpoints,
        beam_args=cluster.beam_args,
    )
    runner = tfx.orchestration.experimental.KubeflowV2DagRunner(
        tfx.orchestration.experimental.KubeflowV2DagRunnerConfig(
            default_image=cluster.image,
            default_commands=list(ENTRY),
            use_pipeline_spec_2_1=True,  # The only one that the backend takes.
        )
    )
    if cluster.notification:
        runner.set_exit_handler(Notification(pipeline=experiment.name, status=FinalStatusStr()))
    job = runner.run(create_pipeline(experiment, settings), write_out=False)
    return json_format.ParseDict(job["pipelineSpec"], PipelineSpec())


def parameter(name: str, default: str) -> str:
    """What a run may give: TFX takes it wherever it takes a text."""
    return cast(str, RuntimeParameter(name, str, default))


def hand_down(spec: PipelineSpec) -> None:
    """Gives the nested tasks the run's parameters, which TFX leaves outside."""
    if NESTED not in spec.components:  # Only an exit handler nests them.
        return
    nested = spec.components[NESTED].input_definitions.parameters
    for name, definition in spec.root.input_definitions.parameters.items():
        nested[name].parameter_type = definition.parameter_type
        inputs = spec.root.dag.tasks[NESTED].inputs.parameters
        inputs[name].component_input_parameter = name


def tasks(spec: PipelineSpec) -> Iterator[tuple[str, PipelineTaskSpec]]:
    """Each task that is a step, by its component's name, in alphabetical order."""
    nested = [spec.components[NESTED].dag] if NESTED in spec.components else []
    for dag in (*nested, spec.root.dag):
        yield from ((name, dag.tasks[name]) for name in sorted(dag.tasks) if name != NESTED)


def retries(step: Step) -> PipelineTaskSpec.RetryPolicy:
    """Tries again after growing waits. All tries have to fit into the longest of the durations.

    It counts from the start of the first attempt, and what is left out means no retries at all.
    """
    waits = sum(step.backoff_seconds * 2**retry for retry in range(step.retries))
    longest = (step.retries + 1) * (step.timeout_seconds + NODE_WAIT) + waits
    return PipelineTaskSpec.RetryPolicy(
        max_retry_count=step.retries,
        backoff_duration=Duration(seconds=step.backoff_seconds),
        backoff_factor=2.0,
        backoff_max_duration=Duration(seconds=longest),
    )


def give_resources(spec: PipelineSpec, cluster: Cluster) -> None:
    """What each step takes of its node."""
    deployment = json_format.ParseDict(
        json_format.MessageToDict(spec.deployment_spec), PipelineDeploymentConfig()
    )
    for name, _ in tasks(spec):
        executor = deployment.executors[spec.components[name].executor_label]
        if executor.WhichOneof("spec") == "container":  # An importer takes nothing.
            needs = resources(cluster.step(name), cluster.gpu.resource)
            executor.container.resources.CopyFrom(needs)
    spec.deployment_spec.Clear()
    spec.deployment_spec.update(json_format.MessageToDict(deployment))


def resources(step: Step, gpu: str) -> Any:
    """A step's part of the pipeline's document: cores, gigabytes, and GPUs where it has any."""
    spec = PipelineDeploymentConfig.PipelineContainerSpec.ResourceSpec(
        cpu_request=step.cpu_request,
        cpu_limit=step.cpu_limit,
        memory_request=step.memory_request,
        memory_limit=step.memory_limit,
    )
    if step.gpus:
        spec.accelerator.type, spec.accelerator.count = gpu, step.gpus
    return spec
