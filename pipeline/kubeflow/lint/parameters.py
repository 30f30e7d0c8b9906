"""Parameters: each has a value, of the type that is declared."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from google.protobuf import json_format
from google.protobuf.struct_pb2 import Value

from pipeline.kubeflow.backend import VALUE_KINDS, find_type_name
from pipeline.kubeflow.compiled import ROOT, CompiledPipeline, CompiledTask, ParameterSpec
from pipeline.kubeflow.lint.rules import Problem


def find_problems(pipeline: CompiledPipeline) -> Iterator[Problem]:
    """Finds problems in the run's parameters, in all defaults, and in what tasks pass on."""
    for name, declared in sorted(pipeline.spec.root.input_definitions.parameters.items()):
        yield from check_declaration(ROOT, name, declared)
        if not declared.HasField("default_value") and not declared.is_optional:
            yield Problem(
                "parameter-without-default",
                ROOT,
                f"its parameter {name!r} has no default, so a run that does not give one fails: "
                "add a defaultValue.",
            )
    for component, spec in sorted(pipeline.spec.components.items()):
        for name, declared in sorted(spec.input_definitions.parameters.items()):
            yield from check_declaration(component, name, declared)
    for task in pipeline.list_tasks():
        yield from check_task(task)


def check_declaration(component: str, name: str, declared: ParameterSpec) -> Iterator[Problem]:
    """It has a type, and a default of that type."""
    if not declared.parameter_type:
        yield Problem(
            "parameter-without-type",
            component,
            f"its parameter {name!r} has no type: declare a parameterType.",
        )
    elif declared.HasField("default_value") and not fits(declared.default_value, declared):
        yield report_value(component, f"the default of {name!r}", declared.default_value, declared)


def check_task(task: CompiledTask) -> Iterator[Problem]:
    """Every parameter that its component needs, and no other."""
    declared = task.component.input_definitions.parameters
    given = task.spec.inputs.parameters
    for name in sorted(given):
        if name in declared:
            yield from check_given(task, name, declared[name])
        else:
            yield Problem(
                "parameter-undeclared",
                task.name,
                f"it is given {name!r}, which {task.spec.component_ref.name} does not "
                "declare: add it to its inputDefinitions, or remove it from the task.",
            )
    for name in sorted(set(declared) - set(given)):
        if not declared[name].is_optional and not declared[name].HasField("default_value"):
            yield Problem(
                "parameter-missing",
                task.name,
                f"its parameter {name!r} has no value: give one in the task's "
                "inputs, or add a default.",
            )


def check_given(task: CompiledTask, name: str, declared: ParameterSpec) -> Iterator[Problem]:
    """The source of a value exists and has the declared type."""
    given = task.spec.inputs.parameters[name]
    kind = given.WhichOneof("kind")
    if kind == "runtime_value":
        yield from check_constant(task, name, declared)
    elif kind == "component_input_parameter":
        yield from check_parent(task, name, declared)
    elif kind == "task_output_parameter":
        yield from check_output(task, name, declared)
    elif kind != "task_final_status":
        yield Problem(
            "parameter-without-source",
            task.name,
            f"its parameter {name!r} has no source: give a constant.",
        )


def check_constant(task: CompiledTask, name: str, declared: ParameterSpec) -> Iterator[Problem]:
    """A constant is written as one, and has the declared type."""
    value = task.spec.inputs.parameters[name].runtime_value
    if value.WhichOneof("value") != "constant":
        yield Problem(
            "parameter-not-constant",
            task.name,
            f"its parameter {name!r} is a {value.WhichOneof('value')}, which the "
            "backend does not implement: write runtimeValue.constant.",
        )
    elif not fits(value.constant, declared):
        yield report_value(task.name, f"its parameter {name!r}", value.constant, declared)


def check_parent(task: CompiledTask, name: str, declared: ParameterSpec) -> Iterator[Problem]:
    """A parameter of the DAG around it is declared there, with the same type."""
    wanted = task.spec.inputs.parameters[name].component_input_parameter
    around = task.dag.component.input_definitions.parameters
    if wanted not in around:
        yield Problem(
            "parameter-not-in-parent",
            task.name,
            f"its parameter {name!r} reads {wanted!r}, which is not an input of "
            f"{task.dag.name}: declare {wanted!r} in the inputDefinitions of {task.dag.name}"
            + ("." if task.dag.name == ROOT else " and pass it to that DAG."),
        )
    elif around[wanted].parameter_type != declared.parameter_type:
        yield report_source(task, name, around[wanted].parameter_type, declared)


def check_output(task: CompiledTask, name: str, declared: ParameterSpec) -> Iterator[Problem]:
    """The other task exists and declares the output."""
    source = task.spec.inputs.parameters[name].task_output_parameter
    producer = task.dag.tasks.get(source.producer_task)
    if producer is None:
        yield Problem(
            "parameter-unknown-output",
            task.name,
            f"its parameter {name!r} reads an output of the task "
            f"{source.producer_task!r}, which {task.dag.name} does not have: give a constant, or "
            f"name one of {list(task.dag.tasks)}.",
        )
        return
    outputs = producer.component.output_definitions.parameters
    if source.output_parameter_key not in outputs:
        yield Problem(
            "parameter-unknown-output",
            task.name,
            f"its parameter {name!r} reads {source.output_parameter_key!r} of "
            f"{producer.name}, which does not declare that output: name one of {sorted(outputs)}.",
        )
    elif outputs[source.output_parameter_key].parameter_type != declared.parameter_type:
        found = outputs[source.output_parameter_key].parameter_type
        yield report_source(task, name, found, declared)


def fits(value: Value, declared: ParameterSpec) -> bool:
    """Whether the value has the declared type. Null has every type."""
    wanted, kind = find_type_name(declared.parameter_type), value.WhichOneof("kind")
    if wanted == "NUMBER_INTEGER" and kind == "number_value":
        return value.number_value.is_integer()
    return wanted not in VALUE_KINDS or kind in (VALUE_KINDS[wanted], "null_value", None)


def report_value(place: str, what: str, value: Value, declared: ParameterSpec) -> Problem:
    """The problem of a value of another type."""
    found = textwrap.shorten(repr(json_format.MessageToDict(value)), 60, placeholder="...")
    wanted = find_type_name(declared.parameter_type)
    return Problem(
        "parameter-type",
        place,
        f"{what} is declared {wanted} and is {found}: give a value of that type.",
    )


def report_source(task: CompiledTask, name: str, found: int, declared: ParameterSpec) -> Problem:
    """The problem of a source of another type."""
    wanted = find_type_name(declared.parameter_type)
    return Problem(
        "parameter-type",
        task.name,
        f"its parameter {name!r} is declared {wanted} and comes from a "
        f"{find_type_name(found)}: declare the same type for both.",
    )
