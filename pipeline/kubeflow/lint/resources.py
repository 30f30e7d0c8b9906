"""Cores, memory and GPUs: a pod gets what its step asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.kubeflow.compiled import CompiledPipeline, Step
from pipeline.kubeflow.lint import names
from pipeline.kubeflow.lint.rules import Problem

QUANTITY = re.compile(r"([0-9]+\.?[0-9]*|\.[0-9]+)(m|k|Ki|[MGTPE]i?|[eE][-+]?[0-9]+)?")
DECIMAL = {"m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18}
BINARY = {f"{letter.upper()}i": 1024.0**n for n, letter in enumerate("kMGTPE", start=1)}
FACTORS = {**DECIMAL, **BINARY}
GPU_NODES = re.compile(r"gpu|accelerator", re.IGNORECASE)  # In labels and taints of nodes.
EXCLUDING_OPERATORS = ("NotIn", "DoesNotExist")  # Operators that keep a step off such nodes.


def find_problems(pipeline: CompiledPipeline) -> Iterator[Problem]:
    """Finds problems of cores, memory and GPUs in each step."""
    for step in pipeline.list_steps():
        for what in ("cpu", "memory"):
            yield from check_amounts(step, what)
        yield from check_gpus(step)
        yield from check_gpu_nodes(step)


def check_amounts(step: Step, what: str) -> Iterator[Problem]:
    """A request comes with a limit, and does not exceed it."""
    request, limit = read_amount(step, what, "request"), read_amount(step, what, "limit")
    for text in (request, limit):
        if text and parse_quantity(text) is None and "{{" not in text:
            yield Problem(
                "bad-quantity",
                step.name,
                f"{text!r} is not a quantity of {what}: write one as Kubernetes does, "
                "such as 500m or 8G.",
            )
    if request and not limit:
        yield Problem(
            "request-without-limit",
            step.name,
            f"it requests {what} ({request}) without a limit, so it may use all of the "
            f"node's: set {what}Limit as well.",
        )
    least, most = parse_quantity(request), parse_quantity(limit)
    if least is not None and most is not None and limit and least > most:
        yield Problem(
            "request-above-limit",
            step.name,
            f"it requests more {what} ({request}) than its limit ({limit}), which "
            f"Kubernetes refuses: raise {what}Limit, or request less.",
        )


def read_amount(step: Step, what: str, bound: str) -> str:
    """A request or a limit as the backend reads it; an empty string if there is none.

    Newer messages have a text field for it, which takes precedence over the number.
    """
    resources = step.container.resources
    number = getattr(resources, f"{what}_{bound}")
    unit = "G" if what == "memory" else ""
    text = getattr(resources, f"resource_{what}_{bound}", "")
    return text or (f"{number:g}{unit}" if number else "")


def parse_quantity(text: str) -> float | None:
    """A quantity of Kubernetes in cores or bytes; None if the text is not one."""
    found = QUANTITY.fullmatch(text)
    if not found:
        return None
    number, suffix = found.groups(default="")
    if suffix[1:] and suffix[0] in "eE" and suffix != "Ei":
        return float(number + suffix)
    return float(number) * FACTORS.get(suffix, 1.0)


def check_gpus(step: Step) -> Iterator[Problem]:
    """The backend needs both type and count for a limit, and drops one without the other."""
    kind, count = read_accelerator(step)
    if kind and count in ("", "0"):
        yield Problem(
            "gpu-count-zero",
            step.name,
            f"it asks for {kind} with a count of 0, which the backend drops, so the "
            "pod gets no limit and no GPU: set accelerator.count to 1 or more.",
        )
    elif kind and ("/" not in kind or names.find_label_flaw(kind, "")):
        yield Problem(
            "bad-gpu-type",
            step.name,
            f"its accelerator {kind!r} is not a resource of Kubernetes: set "
            "accelerator.type to one, such as nvidia.com/gpu, and choose the GPU model with a node "
            "selector.",
        )
    elif count not in ("", "0") and not kind:
        yield Problem(
            "gpu-without-type",
            step.name,
            f"it asks for {count} GPUs without a type, which the backend drops: set "
            "accelerator.type to the resource's name, such as nvidia.com/gpu.",
        )


def check_gpu_nodes(step: Step) -> Iterator[Problem]:
    """A step that goes to GPU nodes gets a GPU."""
    kind, count = read_accelerator(step)
    wanted = find_gpu_nodes(step)
    if wanted and not kind and count in ("", "0"):
        yield Problem(
            "gpu-node-without-gpu",
            step.name,
            f"it goes to GPU nodes ({', '.join(wanted)}) without a limit on GPUs, so "
            "its pod gets none: set accelerator.type and count, or remove the node settings.",
        )


def read_accelerator(step: Step) -> tuple[str, str]:
    """Type and count as the backend reads them."""
    asked = step.container.resources.accelerator
    count = getattr(asked, "resource_count", "") or (str(asked.count) if asked.count > 0 else "")
    return getattr(asked, "resource_type", "") or asked.type, count


def find_gpu_nodes(step: Step) -> list[str]:
    """The labels and taints of GPU nodes that a step asks for or tolerates."""
    terms = [r for a in step.pod.node_affinity for r in (*a.match_expressions, *a.match_fields)]
    keys = {
        *step.pod.node_selector.labels,
        *(toleration.key for toleration in step.pod.tolerations),
        *(term.key for term in terms if term.operator not in EXCLUDING_OPERATORS),
    }
    return sorted(key for key in keys if GPU_NODES.search(key))
