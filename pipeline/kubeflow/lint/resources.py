"""Cores, memory and GPUs: that what is asked for is what a pod gets."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.kubeflow.compiled import Package, Step

QUANTITY = re.compile(r"([0-9]+\.?[0-9]*|\.[0-9]+)(m|k|Ki|[MGTPE]i?|[eE][-+]?[0-9]+)?")
DECIMAL = {"m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18}
BINARY = {f"{letter.upper()}i": 1024.0**n for n, letter in enumerate("kMGTPE", start=1)}
FACTORS = {**DECIMAL, **BINARY}
GPU_NODES = re.compile(r"gpu|accelerator", re.IGNORECASE)  # In labels and taints of nodes.
AWAY = ("NotIn", "DoesNotExist")  # Operators that keep a step off such nodes.


def problems(package: Package) -> Iterator[str]:
    """Of each step."""
    for step in package.steps():
        for what in ("cpu", "memory"):
            yield from of_amounts(step, what)
        yield from of_gpus(step)


def of_amounts(step: Step, what: str) -> Iterator[str]:
    """A request comes with a limit that is no less."""
    request, limit = written(step, what, "request"), written(step, what, "limit")
    for text in (request, limit):
        if text and amount(text) is None and "{{" not in text:
            yield (
                f"{step.name}: {text!r} is no quantity of {what}: write one as Kubernetes does, "
                "such as 500m or 8G."
            )
    if request and not limit:
        yield (
            f"{step.name}: it requests {what} ({request}) without a limit, and may take the whole "
            f"node's: set {what}Limit as well."
        )
    least, most = amount(request), amount(limit)
    if least is not None and most is not None and limit and least > most:
        yield (
            f"{step.name}: it requests more {what} ({request}) than its limit ({limit}), which "
            f"Kubernetes refuses: raise {what}Limit, or request less."
        )


def written(step: Step, what: str, bound: str) -> str:
    """A request or a limit as the backend reads it, or nothing.

    Messages of newer versions have a text for it, which goes before the number.
    """
    resources = step.container.resources
    number = getattr(resources, f"{what}_{bound}")
    unit = "G" if what == "memory" else ""
    text = getattr(resources, f"resource_{what}_{bound}", "")
    return text or (f"{number:g}{unit}" if number else "")


def amount(text: str) -> float | None:
    """A quantity as Kubernetes writes it, in cores or bytes. None where it is none."""
    found = QUANTITY.fullmatch(text)
    if not found:
        return None
    number, suffix = found.groups(default="")
    if suffix[1:] and suffix[0] in "eE" and suffix != "Ei":
        return float(number + suffix)
    return float(number) * FACTORS.get(suffix, 1.0)


def of_gpus(step: Step) -> Iterator[str]:
    """The backend makes a limit of type and count, and drops one without the other."""
    kind, count = accelerator(step)
    if kind and count in ("", "0"):
        yield (
            f"{step.name}: it asks for {kind} with a count of 0, which the backend drops, so the "
            "pod gets no limit and no GPU: set accelerator.count to 1 or more."
        )
    elif kind and "/" not in kind:
        yield (
            f"{step.name}: its accelerator {kind!r} is no resource of Kubernetes: set "
            "accelerator.type to one, such as nvidia.com/gpu, and choose the model by a node "
            "selector."
        )
    elif count not in ("", "0") and not kind:
        yield (
            f"{step.name}: it asks for {count} GPUs of no type, which the backend drops: set "
            "accelerator.type to the resource's name, such as nvidia.com/gpu."
        )
    elif not kind and (wanted := gpu_nodes(step)):
        yield (
            f"{step.name}: it goes to GPU nodes ({', '.join(wanted)}) without a limit on GPUs, so "
            "its pod gets none: set accelerator.type and count, or take the node's settings out."
        )


def accelerator(step: Step) -> tuple[str, str]:
    """Type and count as the backend reads them."""
    asked = step.container.resources.accelerator
    count = getattr(asked, "resource_count", "") or (str(asked.count) if asked.count > 0 else "")
    return getattr(asked, "resource_type", "") or asked.type, count


def gpu_nodes(step: Step) -> list[str]:
    """The labels and taints of GPU nodes that a step asks for or tolerates."""
    terms = [r for a in step.pod.node_affinity for r in (*a.match_expressions, *a.match_fields)]
    keys = {
        *step.pod.node_selector.labels,
        *(toleration.key for toleration in step.pod.tolerations),
        *(term.key for term in terms if term.operator not in AWAY),
    }
    return sorted(key for key in keys if GPU_NODES.search(key))
