"""The one reader of a compiled pipeline: YAML to documents, documents to messages and their tasks.

The linter, the rehearsal and the schedule all read a pipeline through this file. Strict parsing
says what is wrong with a document; lenient parsing lets the linter look at the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias, TypeVar

import yaml
from google.protobuf import json_format
from google.protobuf.message import Message
from google.protobuf.struct_pb2 import Struct, Value
from kfp.kubernetes.kubernetes_executor_config_pb2 import KubernetesExecutorConfig
from kfp.pipeline_spec.pipeline_spec_pb2 import (
    ComponentSpec,
    PipelineDeploymentConfig,
    PipelineSpec,
    PipelineTaskSpec,
    PlatformSpec,
)

Kind = TypeVar("Kind", bound=Message)
ROOT = "root"
KUBERNETES = "kubernetes"  # The platform: the only one that the open-source backend has.
ExecutorSpec: TypeAlias = PipelineDeploymentConfig.ExecutorSpec
Container: TypeAlias = PipelineDeploymentConfig.PipelineContainerSpec


@dataclass(frozen=True)
class Package:
    """The two documents."""

    spec: PipelineSpec
    platform: PlatformSpec

    def dags(self) -> Iterator[Dag]:
        """The root, and all that are nested in it, each where it stands."""
        root = Dag(ROOT, self.spec.root, self.spec.components, defaults(self.spec.root))
        return root.and_nested()

    def tasks(self) -> Iterator[Task]:
        """All tasks, nested ones too."""
        return (task for dag in self.dags() for task in dag.tasks.values())

    def steps(self) -> Iterator[Step]:
        """The tasks that run a container."""
        for task in self.tasks():
            executor = self.executors.get(task.component.executor_label, ExecutorSpec())
            if executor.WhichOneof("spec") == "container":
                config = self.pods.get(task.component.executor_label, KubernetesExecutorConfig())
                yield Step(task, executor.container, config)

    @cached_property
    def executors(self) -> dict[str, ExecutorSpec]:
        """By label, as far as they can be read."""
        given = self.given_executors
        return {label: parse_leniently(given[label], ExecutorSpec) for label in sorted(given)}

    @cached_property
    def given_executors(self) -> dict[str, Any]:
        """By label, as they are written."""
        executors = json_format.MessageToDict(self.spec.deployment_spec).get("executors")
        return executors if isinstance(executors, dict) else {}

    @cached_property
    def pods(self) -> dict[str, KubernetesExecutorConfig]:
        """What Kubernetes is to give each executor's pods, as far as it can be read."""
        return {
            label: parse_leniently(as_json(given), KubernetesExecutorConfig)
            for label, given in self.given_pods.items()
        }

    @property
    def given_pods(self) -> Mapping[str, Struct]:
        """By label of the executor, as they are written."""
        if KUBERNETES not in self.platform.platforms:
            return {}
        executors = self.platform.platforms[KUBERNETES].deployment_spec.executors
        return {label: executors[label] for label in sorted(executors)}


@dataclass(frozen=True)
class Dag:
    """A component made of tasks, where it stands, with what is known of its parameters."""

    name: str
    component: ComponentSpec
    components: Mapping[str, ComponentSpec]
    values: Mapping[str, Value]
    inside: tuple[str, ...] = ()

    @property
    def tasks(self) -> dict[str, Task]:
        """By name, in alphabetical order."""
        specs = self.component.dag.tasks
        return {name: Task(name, specs[name], self) for name in sorted(specs)}

    def and_nested(self) -> Iterator[Dag]:
        """This one, and those of its tasks; one that holds itself is entered once."""
        yield self
        inside = (*self.inside, self.name)
        for task in self.tasks.values():
            name = task.spec.component_ref.name
            if task.is_dag and name not in inside:
                nested = Dag(name, task.component, self.components, task.values, inside)
                yield from nested.and_nested()


@dataclass(frozen=True)
class Task:
    """A task where it stands."""

    name: str
    spec: PipelineTaskSpec
    dag: Dag

    @property
    def component(self) -> ComponentSpec:
        """What it runs; empty if there is no component of that name."""
        name = self.spec.component_ref.name
        return self.dag.components[name] if name in self.dag.components else ComponentSpec()

    @property
    def is_dag(self) -> bool:
        """Whether it has tasks of its own."""
        return self.component.WhichOneof("implementation") == "dag"

    @property
    def values(self) -> dict[str, Value]:
        """What its parameters are in a run that gives none, as far as that is written."""
        values = defaults(self.component)
        for name, given in self.spec.inputs.parameters.items():
            values.pop(name, None)
            if given.WhichOneof("kind") == "component_input_parameter":
                handed_down = self.dag.values.get(given.component_input_parameter)
                if handed_down is not None:
                    values[name] = handed_down
            elif given.runtime_value.WhichOneof("value") == "constant":
                values[name] = given.runtime_value.constant
        return values

    @property
    def texts(self) -> dict[str, str]:
        """Those of the values that are texts."""
        values = self.values.items()
        return {n: v.string_value for n, v in values if v.WhichOneof("kind") == "string_value"}


@dataclass(frozen=True)
class Step:
    """A task that runs a container, and the Kubernetes settings of its pods."""

    task: Task
    container: Container
    pod: KubernetesExecutorConfig

    @property
    def name(self) -> str:
        """The task's."""
        return self.task.name


def defaults(component: ComponentSpec) -> dict[str, Value]:
    """The values of parameters that nobody gives."""
    declared = component.input_definitions.parameters
    return {n: p.default_value for n, p in declared.items() if p.HasField("default_value")}


def as_json(struct: Struct) -> dict[str, Any]:
    """A struct's fields as JSON has them."""
    return json_format.MessageToDict(struct)


def load_documents(text: str | bytes) -> list[Any]:
    """The YAML's documents as plain data, without empty ones. Raises ValueError."""
    try:
        return [document for document in yaml.safe_load_all(text) if document is not None]
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ValueError(f"not YAML: {' '.join(str(error).split())}") from error


def parse(document: Any, kind: type[Kind]) -> Kind:
    """A document as a message. Raises ValueError for a field that the message does not have."""
    try:
        return json_format.ParseDict(document, kind())
    except (json_format.ParseError, TypeError, AttributeError) as error:
        raise ValueError(f"not a {kind.DESCRIPTOR.name}: {shorten_reason(str(error))}") from error


def find_refusal(given: Any, kind: type[Message]) -> str | None:
    """The first reason why this is not such a message; None if it is one."""
    if not isinstance(given, Mapping):
        return f"{given!r} is not a mapping of fields"
    try:
        json_format.ParseDict(dict(given), kind())
    except json_format.ParseError as error:
        return shorten_reason(str(error))
    return None


def shorten_reason(error: str) -> str:
    """The parser's reason, without its list of all known fields."""
    unknown = re.search(r'no field named "([^"]*)"(?: at "([^"]*)")?', error)
    if not unknown:
        return error.splitlines()[0].rstrip(".")
    name, place = unknown.groups()
    return f"unknown field {name!r}" + (f" at {place}" if place else "")


def parse_leniently(given: Any, kind: type[Kind]) -> Kind:
    """As much of the message as can be read."""
    message = kind()
    try:
        json_format.ParseDict(dict(given), message, ignore_unknown_fields=True)
    except (json_format.ParseError, TypeError, ValueError):
        return kind()
    return message
