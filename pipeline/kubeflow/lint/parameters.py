"""Parameters: that somebody gives each, and that it is of the type that is declared."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import TypeAlias

from google.protobuf import json_format
from google.protobuf.struct_pb2 import Value
from kfp.pipeline_spec.pipeline_spec_pb2 import ComponentInputsSpec

from pipeline.kubeflow.backend import type_name
from pipeline.kubeflow.compiled import ROOT, Package, Task

Declared: TypeAlias = ComponentInputsSpec.ParameterSpec
# The kind of value that each type takes; of those that are not here, any.
KINDS = {
    "STRING": "string_value",
    "NUMBER_INTEGER": "number_value",
    "NUMBER_DOUBLE": "number_value",
    "BOOLEAN": "bool_value",
    "LIST": "list_value",
    "STRUCT": "struct_value",
}


def problems(package: Package) -> Iterator[str]:
    """Of the run's own parameters, of all defaults, and of what tasks give their components."""
    for name, declared in sorted(package.spec.root.input_definitions.parameters.items()):
        yield from of_declaration(ROOT, name, declared)
        if not declared.HasField("default_value") and not declared.is_optional:
            yield (
                f"The pipeline's parameter {name!r} has no default, so a run that does not give it "
                "is refused: give it a defaultValue."
            )
    for component, spec in sorted(package.spec.components.items()):
        for name, declared in sorted(spec.input_definitions.parameters.items()):
            yield from of_declaration(component, name, declared)
    for task in package.tasks():
        yield from of_task(task)


def of_declaration(component: str, name: str, declared: Declared) -> Iterator[str]:
    """It has a type, and a default of that type."""
    if not declared.parameter_type:
        yield f"{component}: its parameter {name!r} has no type: declare a parameterType."
    elif declared.HasField("default_value") and not fits(declared.default_value, declared):
        yield mistyped(f"{component}: the default of {name!r}", declared.default_value, declared)


def of_task(task: Task) -> Iterator[str]:
    """Every parameter that its component needs, and no other."""
    declared = task.component.input_definitions.parameters
    given = task.spec.inputs.parameters
    for name in sorted(given):
        if name in declared:
            yield from of_given(task, name, declared[name])
        else:
            yield (
                f"{task.name}: it is given {name!r}, which {task.spec.component_ref.name} does not "
                "declare: add it to its inputDefinitions, or give it no more."
            )
    for name in sorted(set(declared) - set(given)):
        if not declared[name].is_optional and not declared[name].HasField("default_value"):
            yield (
                f"{task.name}: nobody gives its parameter {name!r}: give it a value in the task's "
                "inputs, or a default."
            )


def of_given(task: Task, name: str, declared: Declared) -> Iterator[str]:
    """Where a value comes from."""
    given = task.spec.inputs.parameters[name]
    kind = given.WhichOneof("kind")
    if kind == "runtime_value":
        yield from of_constant(task, name, declared)
    elif kind == "component_input_parameter":
        yield from of_parent(task, name, declared)
    elif kind == "task_output_parameter":
        yield from of_output(task, name, declared)
    elif kind != "task_final_status":
        yield f"{task.name}: its parameter {name!r} has no source: give it a constant."


def of_constant(task: Task, name: str, declared: Declared) -> Iterator[str]:
    """A constant is written as such, and of the type that is declared."""
    value = task.spec.inputs.parameters[name].runtime_value
    if value.WhichOneof("value") != "constant":
        yield (
            f"{task.name}: its parameter {name!r} is a {value.WhichOneof('value')}, which the "
            "backend does not implement: write runtimeValue.constant."
        )
    elif not fits(value.constant, declared):
        yield mistyped(f"{task.name}: its parameter {name!r}", value.constant, declared)


def of_parent(task: Task, name: str, declared: Declared) -> Iterator[str]:
    """A parameter of the DAG around it is declared there, with the same type."""
    wanted = task.spec.inputs.parameters[name].component_input_parameter
    around = task.dag.component.input_definitions.parameters
    if wanted not in around:
        yield (
            f"{task.name}: its parameter {name!r} reads {wanted!r}, which nobody gives to "
            f"{task.dag.name}: declare {wanted!r} in the inputDefinitions of {task.dag.name}"
            + ("." if task.dag.name == ROOT else " and hand it down to it.")
        )
    elif around[wanted].parameter_type != declared.parameter_type:
        yield other_type(task, name, around[wanted].parameter_type, declared)


def of_output(task: Task, name: str, declared: Declared) -> Iterator[str]:
    """An output of another task: there is such a task, and it declares such an output."""
    source = task.spec.inputs.parameters[name].task_output_parameter
    producer = task.dag.tasks.get(source.producer_task)
    if producer is None:
        yield (
            f"{task.name}: its parameter {name!r} reads an output of the task "
            f"{source.producer_task!r}, which {task.dag.name} does not have: give a constant, or "
            f"name one of {list(task.dag.tasks)}."
        )
        return
    outputs = producer.component.output_definitions.parameters
    if source.output_parameter_key not in outputs:
        yield (
            f"{task.name}: its parameter {name!r} reads {source.output_parameter_key!r} of "
            f"{producer.name}, which declares no such output: name one of {sorted(outputs)}."
        )
    elif outputs[source.output_parameter_key].parameter_type != declared.parameter_type:
        found = outputs[source.output_parameter_key].parameter_type
        yield other_type(task, name, found, declared)


def fits(value: Value, declared: Declared) -> bool:
    """Is the value of the type that is declared? Null is of every type."""
    wanted, kind = type_name(declared.parameter_type), value.WhichOneof("kind")
    if wanted == "NUMBER_INTEGER" and kind == "number_value":
        return value.number_value.is_integer()
    return wanted not in KINDS or kind in (KINDS[wanted], "null_value", None)


def mistyped(what: str, value: Value, declared: Declared) -> str:
    """The sentence on a value of another type."""
    found = textwrap.shorten(repr(json_format.MessageToDict(value)), 60, placeholder="...")
    wanted = type_name(declared.parameter_type)
    return f"{what} is declared {wanted} and is {found}: give a value of that type."


def other_type(task: Task, name: str, found: int, declared: Declared) -> str:
    """The sentence on a source of another type."""
    wanted = type_name(declared.parameter_type)
    return (
        f"{task.name}: its parameter {name!r} is declared {wanted} and comes from a "
        f"{type_name(found)}: declare both alike."
    )
