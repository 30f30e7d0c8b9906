"""Compiles the graph for open-source Kubeflow Pipelines v2, with node placement.

TFX's runner writes for Vertex AI. This file adds what the open-source backend also needs: defaults
of parameters, parameters for the nested tasks, retries, caching, and a second document with the
Kubernetes settings of each pod.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import yaml
from google.protobuf.duration_pb2 import Duration
from kfp.pipeline_spec.pipeline_spec_pb2 import (
    PipelineDeploymentConfig,
    PipelineSpec,
    PipelineTaskSpec,
    PlatformSpec,
)
from tfx.orchestration.data_types import RuntimeParameter
from tfx.orchestration.kubeflow.decorators import FinalStatusStr
from tfx.orchestration.kubeflow.v2.kubeflow_v2_dag_runner import (
    KubeflowV2DagRunner,
    KubeflowV2DagRunnerConfig,
)

from components import atomic_text, serving_folder
from components.kubeflow.notification import Notification
from pipeline.graph import create_pipeline
from pipeline.kubeflow import lint, pods
from pipeline.kubeflow.cluster import (
    DOUBTS,
    LONGEST_TIME,
    READ_SERVED_VERSIONS,
    ClusterSettings,
    StepSettings,
)
from pipeline.kubeflow.compiled import CompiledPipeline, CompiledTask
from pipeline.kubeflow.messages import as_json, parse
from pipeline.settings import Settings
from pipeline.settings_error import SettingsError
from trainer.config import Experiment

ENTRY = ("python", "-m", "components.kubeflow.entry_point")
NESTED = "tfx-dag"  # TFX's name for the component that contains all tasks but the exit handler.
# Their results depend on more than their inputs, or they act: an old result would be wrong. Pusher
# ends last: if it came from the cache, the state of the run would stay RUNNING.
NEVER_CACHED = ("ImageExampleGen", *READ_SERVED_VERSIONS, "Notification")
DOUBTS_TIME = 4 * 60 * 60  # Seconds in which the step LabelDoubts looks at all images.
NODE_WAIT = 24 * 60 * 60  # Seconds that an attempt may wait for a node, added to its time.


@dataclass(frozen=True, kw_only=True)
class RunSettings(Settings):
    """Places that each run may set by its parameters."""

    served: str
    checkpoint_folder: str

    @property
    def checkpoints(self) -> str:
        """The folder from which killed training resumes."""
        return self.checkpoint_folder

    def served_folder(self, model: str) -> str:
        """The folder of the model's versions."""
        return self.served


def compile_to(path: Path, experiment: Experiment, cluster: ClusterSettings) -> CompiledPipeline:
    """Compiles the graph and writes it as YAML. Readers never see a partial file.

    Raises ValueError with a sentence for each thing that the backend would refuse or leave out.
    """
    pipeline = compile_graph(experiment, cluster)
    text = format_yaml(pipeline)
    check(lint.find_problems_in_text(text))
    path.parent.mkdir(parents=True, exist_ok=True)
    atomic_text.write(str(path), text)
    return pipeline


def check(problems: list[lint.Problem]) -> None:
    """Raises ValueError if there are problems."""
    if problems:
        raise ValueError("Kubeflow would not run this:\n  " + "\n  ".join(map(str, problems)))


def format_yaml(pipeline: CompiledPipeline) -> str:
    """Both documents as YAML: the same text for the same pipeline."""
    documents = [as_json(part) for part in (pipeline.spec, pipeline.platform)]
    return yaml.safe_dump_all(documents, sort_keys=True, width=100)


def compile_graph(experiment: Experiment, cluster: ClusterSettings) -> CompiledPipeline:
    """The graph of an experiment for a cluster. Raises ValueError for what cannot be compiled."""
    check_inputs(experiment, cluster)
    cluster = add_doubts(cluster, experiment)
    spec = run_tfx_compiler(experiment, cluster)
    for name, value in list_defaults(experiment, cluster).items():
        spec.root.input_definitions.parameters[name].default_value.string_value = value
    pass_parameters(spec)
    compiled = CompiledPipeline(spec, PlatformSpec())
    tasks = [task for task in compiled.list_tasks() if not task.nested]
    for task in tasks:
        task.spec.caching_options.enable_cache = cluster.caching and task.name not in NEVER_CACHED
        task.spec.retry_policy.CopyFrom(build_retries(cluster.find_step_settings(task.name)))
    set_resources(spec, tasks, cluster)
    return CompiledPipeline(spec, pods.build_platform(cluster, [task.name for task in tasks]))


def add_doubts(cluster: ClusterSettings, experiment: Experiment) -> ClusterSettings:
    """The settings with those of LabelDoubts, unless they are given: it reads all images.

    If it trains the network once for each fold, it is the Trainer's node, so many times as long.
    """
    if not experiment.doubt or DOUBTS in cluster.steps:
        return cluster
    step = replace(cluster.other_steps, timeout_seconds=DOUBTS_TIME)
    if folds := experiment.doubt.own_folds:
        trainer = cluster.find_step_settings("Trainer")
        longest = min(folds * trainer.timeout_seconds, LONGEST_TIME)
        step = replace(trainer, timeout_seconds=longest)
    return replace(cluster, steps={**cluster.steps, DOUBTS: step})


def check_inputs(experiment: Experiment, cluster: ClusterSettings) -> None:
    """Raises ValueError for a name, classes or an image that cannot be compiled."""
    if problem := lint.find_name_problem(experiment.name):
        check([problem])
    if not experiment.data.classes:
        raise SettingsError(
            "data.classes is empty, and the folder's classes are not known before a run: give "
            'them, for example with --set \'data.classes=["cat", "dog"]\'.',
            name="data.classes",
        )
    if not cluster.image:
        raise SettingsError(
            "No image for the steps: give --image, set FCN_IMAGE, or write `image: NAME:TAG` into "
            "the file of --cluster.",
            name="image",
        )


def list_defaults(experiment: Experiment, cluster: ClusterSettings) -> dict[str, str]:
    """The parameters that a run may set, with their default values."""
    return {
        "data": cluster.data or f"/data/{experiment.name}",
        "served_folder": f"{cluster.push_root.rstrip('/')}/{experiment.name}",
        "served_version": serving_folder.NEWEST,
    }


def make_settings(experiment: Experiment, cluster: ClusterSettings) -> RunSettings:
    """The places and workers of a run on the cluster; some of them are parameters of the run."""
    defaults = list_defaults(experiment, cluster)
    given = {name: make_parameter(name, value) for name, value in defaults.items()}
    return RunSettings(
        data=given["data"],
        workdir="",
        push_root=cluster.push_root,
        follow_links=cluster.follow_links,
        corrections=cluster.corrections,
        served=given["served_folder"],
        served_version=given["served_version"],
        checkpoint_folder=cluster.checkpoints,
        beam_args=cluster.beam_args,
        precision=cluster.precision or "",
        devices=cluster.trainer_devices,
    )


def run_tfx_compiler(experiment: Experiment, cluster: ClusterSettings) -> PipelineSpec:
    """The graph as TFX's own runner compiles it."""
    runner = KubeflowV2DagRunner(
        KubeflowV2DagRunnerConfig(
            default_image=cluster.image,
            default_commands=list(ENTRY),
            use_pipeline_spec_2_1=True,  # The only version that the backend accepts.
        )
    )
    if cluster.notification:
        runner.set_exit_handler(Notification(pipeline=experiment.name, status=FinalStatusStr()))
    graph = create_pipeline(experiment, make_settings(experiment, cluster))
    job = runner.run(graph, write_out=False)
    return parse(job["pipelineSpec"], PipelineSpec)


def make_parameter(name: str, default: str) -> str:
    """A parameter of the run. TFX accepts one in place of any text."""
    return cast(str, RuntimeParameter(name, str, default))


def pass_parameters(spec: PipelineSpec) -> None:
    """Passes the run's parameters on to the nested tasks, which TFX does not."""
    if NESTED not in spec.components:  # TFX nests tasks only if there is an exit handler.
        return
    nested = spec.components[NESTED].input_definitions.parameters
    for name, definition in spec.root.input_definitions.parameters.items():
        nested[name].parameter_type = definition.parameter_type
        inputs = spec.root.dag.tasks[NESTED].inputs.parameters
        inputs[name].component_input_parameter = name


def build_retries(step: StepSettings) -> PipelineTaskSpec.RetryPolicy:
    """Retries after growing waits, with a longest duration in which all attempts fit.

    The backend counts it from the start of the first attempt; without one it never retries.
    """
    waits = sum(step.backoff_seconds * 2**retry for retry in range(step.retries))
    longest = (step.retries + 1) * (step.timeout_seconds + NODE_WAIT) + waits
    return PipelineTaskSpec.RetryPolicy(
        max_retry_count=step.retries,
        backoff_duration=Duration(seconds=step.backoff_seconds),
        backoff_factor=2.0,
        backoff_max_duration=Duration(seconds=longest),
    )


def set_resources(spec: PipelineSpec, tasks: list[CompiledTask], cluster: ClusterSettings) -> None:
    """Sets each container's share of its node."""
    deployment = parse(as_json(spec.deployment_spec), PipelineDeploymentConfig)
    for task in tasks:
        executor = deployment.executors[task.component.executor_label]
        if executor.WhichOneof("spec") == "container":  # An importer needs no resources.
            needs = build_resources(cluster.find_step_settings(task.name), cluster.gpu.resource)
            executor.container.resources.CopyFrom(needs)
    spec.deployment_spec.Clear()
    spec.deployment_spec.update(as_json(deployment))


def build_resources(step: StepSettings, gpu: str) -> Any:
    """The message with a step's cores, gigabytes, and GPUs if it has any."""
    spec = PipelineDeploymentConfig.PipelineContainerSpec.ResourceSpec(
        cpu_request=step.cpu_request,
        cpu_limit=step.cpu_limit,
        memory_request=step.memory_request,
        memory_limit=step.memory_limit,
    )
    if step.gpus:
        spec.accelerator.type, spec.accelerator.count = gpu, step.gpus
    return spec
