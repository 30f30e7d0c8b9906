"""Containers: image, command, and what the launcher puts into their arguments."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kfp.pipeline_spec.pipeline_spec_pb2 import ComponentSpec

from pipeline.kubeflow.backend import RUN_PLACEHOLDERS
from pipeline.kubeflow.compiled import Package, Step, Task

DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
PLACEHOLDER = re.compile(r"\{\{[^{}]*\}\}")
WHOLE = "{{$}}"  # The launcher puts the executor's input there, as JSON.


def problems(package: Package) -> Iterator[str]:
    """Of each step's container, and of the constants that tasks get."""
    for step in package.steps():
        yield from of_image(step)
        yield from of_command(step)
        yield from of_arguments(step)
    for task in package.tasks():
        yield from of_constants(task)


def of_image(step: Step) -> Iterator[str]:
    """An image that is the same tomorrow."""
    image = step.container.image
    flaw = image_flaw(image)
    if flaw:
        yield (
            f"{step.name}: its image {image!r} {flaw}: a later run may get another one. Give it "
            "a tag that stays, such as registry.example/fcn:1.2.0, or a digest (@sha256:...)."
        )


def image_flaw(image: str) -> str | None:
    """Why an image is not pinned; None where it is."""
    if not image or re.search(r"\s", image):
        return "is no image's name"
    name, at, digest = image.partition("@")
    if at:
        return None if DIGEST.fullmatch(digest) else "has a digest that is none"
    tag = name.rpartition("/")[2].partition(":")[2]  # What follows a port is before the slash.
    if not tag:
        return "has no tag"
    return "has the tag `latest`, which moves" if tag == "latest" else None


def of_command(step: Step) -> Iterator[str]:
    """The launcher takes the command's place: an image's entry point is never run."""
    if not step.container.command:
        yield (
            f"{step.name}: it has no command, and the launcher runs no ENTRYPOINT of an image: set "
            "command, such as [python, -m, components.kubeflow.entry_point]."
        )
    if step.container.HasField("lifecycle"):
        yield (
            f"{step.name}: its lifecycle.preCacheCheck, a driver of TFX's, is never run, and old "
            "results come from the cache when files change: ingest by a component without a "
            "driver, such as ImageExampleGen, with caching off."
        )


def of_arguments(step: Step) -> Iterator[str]:
    """Placeholders that nobody substitutes reach the program as they are."""
    known = {WHOLE, *placeholders(step.task.component)}
    texts = (*step.container.command, *step.container.args)
    for found in sorted({p for text in texts for p in PLACEHOLDER.findall(text)} - known):
        yield (
            f"{step.name}: the launcher does not substitute the placeholder {found}: take it out, "
            f"read the value from {WHOLE}, or declare it as an input or output of the component."
        )


def placeholders(component: ComponentSpec) -> Iterator[str]:
    """What the launcher substitutes, by what the component declares."""
    inputs, outputs = component.input_definitions, component.output_definitions
    for side, artifacts in (("inputs", inputs.artifacts), ("outputs", outputs.artifacts)):
        for name in artifacts:
            yield f"{{{{$.{side}.artifacts['{name}'].uri}}}}"
            yield f"{{{{$.{side}.artifacts['{name}'].path}}}}"
    for name in inputs.parameters:
        yield f"{{{{$.inputs.parameters['{name}']}}}}"
    for name in outputs.parameters:
        yield f"{{{{$.outputs.parameters['{name}'].output_file}}}}"


def of_constants(task: Task) -> Iterator[str]:
    """A constant is a placeholder of the driver's as a whole, or holds none."""
    for name, text in sorted(task.texts.items()):
        found = PLACEHOLDER.search(text)
        if found and text not in RUN_PLACEHOLDERS:
            yield (
                f"{task.name}: nothing is put in the place of {found[0]} in its parameter "
                f"{name!r}: give the value itself, or one of {sorted(RUN_PLACEHOLDERS)} alone."
            )
