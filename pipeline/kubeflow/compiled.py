"""The one reader of a compiled pipeline: its documents, DAGs, tasks and steps.

The compiler, the linter, the rehearsal and the schedule all read a pipeline through this file.
Strict reading raises an error for the first flaw; lenient reading lets the linter see the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

from google.protobuf.struct_pb2 import Struct, Value
from kfp.kubernetes.kubernetes_executor_config_pb2 import KubernetesExecutorConfig
from kfp.pipeline_spec.pipeline_spec_pb2 import (
    ComponentInputsSpec,
    ComponentSpec,
    PipelineDeploymentConfig,
    PipelineSpec,
    PipelineTaskSpec,
    PlatformSpec,
)

from pipeline.kubeflow.messages import as_json, load_documents, parse, parse_leniently

ROOT = "root"
KUBERNETES = "kubernetes"  # The platform: the only one that the open-source backend has.
COMPLETED = "ALL_UPSTREAM_TASKS_COMPLETED"  # The trigger strategy of an exit handler.
STRATEGIES = PipelineTaskSpec.TriggerPolicy.TriggerStrategy
ExecutorSpec: TypeAlias = PipelineDeploymentConfig.ExecutorSpec
Container: TypeAlias = PipelineDeploymentConfig.PipelineContainerSpec
ParameterSpec: TypeAlias = ComponentInputsSpec.ParameterSpec


def read(text: str | bytes) -> CompiledPipeline:
    """The pipeline in a YAML file. Raises ValueError for a field that the backend rejects."""
    documents = load_documents(text)
    if len(documents) not in (1, 2):
        raise ValueError(
            f"{len(documents)} documents, but the backend reads one or two: remove the others"
        )
    spec = parse(documents[0], PipelineSpec)
    pipeline = CompiledPipeline(spec, parse([*documents[1:], {}][0], PlatformSpec))
    parse(as_json(spec.deployment_spec), PipelineDeploymentConfig)
    for given in pipeline.given_pods.values():
        parse(as_json(given), KubernetesExecutorConfig)
    return pipeline


def read_leniently(documents: Sequence[Any]) -> CompiledPipeline:
    """As much of the pipeline as can be read, from up to two documents."""
    spec, platform = [*documents, {}, {}][:2]
    return CompiledPipeline(
        parse_leniently(spec, PipelineSpec), parse_leniently(platform, PlatformSpec)
    )


@dataclass(frozen=True)
class CompiledPipeline:
    """The two documents of a compiled pipeline."""

    spec: PipelineSpec
    platform: PlatformSpec

    @property
    def name(self) -> str:
        """The pipeline's name; empty if it has none."""
        return self.spec.pipeline_info.name

    @property
    def parameters(self) -> dict[str, ParameterSpec]:
        """The parameters that a run may give, by name."""
        return dict(self.spec.root.input_definitions.parameters)

    @property
    def root(self) -> Dag:
        """The outermost DAG."""
        return Dag(ROOT, self.spec.root, self.spec.components, read_defaults(self.spec.root))

    def walk_dags(self) -> Iterator[Dag]:
        """The root, and all that are nested in it, once for each task that runs them."""
        return self.root.walk()

    def list_tasks(self) -> Iterator[CompiledTask]:
        """All tasks, nested ones too."""
        return (task for dag in self.walk_dags() for task in dag.tasks.values())

    def list_steps(self) -> Iterator[Step]:
        """The tasks that run a container."""
        for task in self.list_tasks():
            executor = self.find_executor(task)
            if executor.WhichOneof("spec") == "container":
                yield Step(task, executor.container, self.find_pod(task))

    def find_executor(self, task: CompiledTask) -> ExecutorSpec:
        """What a task runs; empty if its component has no executor."""
        return self.executors.get(task.component.executor_label, ExecutorSpec())

    def find_pod(self, task: CompiledTask) -> KubernetesExecutorConfig:
        """The Kubernetes settings of a task's pods; empty if there are none."""
        return self.pods.get(task.component.executor_label, KubernetesExecutorConfig())

    @cached_property
    def executors(self) -> dict[str, ExecutorSpec]:
        """The executors by label, as far as they can be read."""
        given = self.given_executors
        return {label: parse_leniently(given[label], ExecutorSpec) for label in sorted(given)}

    @cached_property
    def given_executors(self) -> dict[str, Any]:
        """The executors by label, as JSON."""
        executors = as_json(self.spec.deployment_spec).get("executors")
        return executors if isinstance(executors, dict) else {}

    @cached_property
    def pods(self) -> dict[str, KubernetesExecutorConfig]:
        """The Kubernetes settings of each executor's pods, as far as they can be read."""
        return {
            label: parse_leniently(as_json(given), KubernetesExecutorConfig)
            for label, given in self.given_pods.items()
        }

    @property
    def given_pods(self) -> Mapping[str, Struct]:
        """The Kubernetes settings by label of the executor, as JSON."""
        if KUBERNETES not in self.platform.platforms:
            return {}
        executors = self.platform.platforms[KUBERNETES].deployment_spec.executors
        return {label: executors[label] for label in sorted(executors)}


@dataclass(frozen=True)
class Dag:
    """A component made of tasks, with the values of its parameters as far as they are known."""

    name: str
    component: ComponentSpec
    components: Mapping[str, ComponentSpec]
    values: Mapping[str, Value]
    inside: tuple[str, ...] = ()  # The names of the DAGs around it, the outermost first.

    @property
    def tasks(self) -> dict[str, CompiledTask]:
        """Its tasks by name, in alphabetical order."""
        specs = self.component.dag.tasks
        return {name: CompiledTask(name, specs[name], self) for name in sorted(specs)}

    @property
    def last_tasks(self) -> list[CompiledTask]:
        """The tasks for which no other one waits: one of them ends last."""
        waited_for = {name for task in self.tasks.values() for name in task.predecessors}
        return [task for name, task in self.tasks.items() if name not in waited_for]

    def walk(self) -> Iterator[Dag]:
        """This one, and those of its tasks; a DAG that contains itself is entered once."""
        yield self
        for task in self.tasks.values():
            nested = task.nested
            if nested and nested.name not in nested.inside:
                yield from nested.walk()


@dataclass(frozen=True)
class CompiledTask:
    """A task of a DAG."""

    name: str
    spec: PipelineTaskSpec
    dag: Dag

    @property
    def component(self) -> ComponentSpec:
        """The component that it runs; empty if there is none of that name."""
        name = self.spec.component_ref.name
        return self.dag.components[name] if name in self.dag.components else ComponentSpec()

    @property
    def nested(self) -> Dag | None:
        """The DAG that it runs; None if it runs an executor."""
        if self.component.WhichOneof("implementation") != "dag":
            return None
        name, inside = self.spec.component_ref.name, (*self.dag.inside, self.dag.name)
        return Dag(name, self.component, self.dag.components, self.values, inside)

    @property
    def is_exit_handler(self) -> bool:
        """Whether it runs even if the tasks before it fail."""
        return self.spec.trigger_policy.strategy == STRATEGIES.Value(COMPLETED)

    @property
    def predecessors(self) -> set[str]:
        """The tasks that it waits for: those it names, and those it reads from."""
        artifacts = self.spec.inputs.artifacts.values()
        parameters = self.spec.inputs.parameters.values()
        names = {
            *self.spec.dependent_tasks,
            *(a.task_output_artifact.producer_task for a in artifacts),
            *(p.task_output_parameter.producer_task for p in parameters),
            *(p.task_final_status.producer_task for p in parameters),
        }
        return names - {""}

    @property
    def values(self) -> dict[str, Value]:
        """The values of its parameters in a run that gives none, as far as they are known."""
        values = read_defaults(self.component)
        for name, given in self.spec.inputs.parameters.items():
            values.pop(name, None)
            if given.WhichOneof("kind") == "component_input_parameter":
                passed = self.dag.values.get(given.component_input_parameter)
                if passed is not None:
                    values[name] = passed
            elif given.runtime_value.WhichOneof("value") == "constant":
                values[name] = given.runtime_value.constant
        return values

    @property
    def string_values(self) -> dict[str, str]:
        """The values that are strings."""
        values = self.values.items()
        return {n: v.string_value for n, v in values if v.WhichOneof("kind") == "string_value"}


@dataclass(frozen=True)
class Step:
    """A task that runs a container, and the Kubernetes settings of its pods."""

    task: CompiledTask
    container: Container
    pod: KubernetesExecutorConfig

    @property
    def name(self) -> str:
        """The task's name."""
        return self.task.name


def read_defaults(component: ComponentSpec) -> dict[str, Value]:
    """The default values of a component's parameters."""
    declared = component.input_definitions.parameters
    return {n: p.default_value for n, p in declared.items() if p.HasField("default_value")}
