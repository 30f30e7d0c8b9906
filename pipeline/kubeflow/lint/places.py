"""Places that steps read from and write to: that they outlive the pod, and are there at all."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import PurePosixPath
from typing import Any

from pipeline.kubeflow.compiled import Package, Step
from pipeline.kubeflow.lint import plaintext, roles, volumes

MEND = "give an absolute path on a volume of this step, or a URI such as gs://bucket/folder"
POD_DISK = "/tmp"  # Every user may write there, and nobody takes it for a place that stays.
# Others need tensorflow-io, which is not installed; the launcher copies artifacts alone.
READABLE = ("gs", "file")


class Use(Enum):
    """What a step does there."""

    READ = "reads from"
    PUSH = "pushes to"
    RESUME = "resumes from"


@dataclass(frozen=True)
class Place:
    """One parameter's place."""

    parameter: str
    path: str
    use: Use


def problems(package: Package) -> Iterator[str]:
    """Of each step's places, as they are in a run that gives none."""
    for step in package.steps():
        for place in places(step):
            flaw = flaw_of(place, step)
            if flaw:
                what = f"{place.use.value} {told(place.path)} ({place.parameter})"
                yield f"{step.name}: it {what}, {flaw}."


def told(path: str) -> str:
    """A path as a sentence may tell it."""
    return "a URL with a password" if plaintext.WITH_PASSWORD.search(path) else repr(path)


def places(step: Step) -> Iterator[Place]:
    """Those that can be known, by the parameters that name them."""
    texts = {name: text for name, text in step.task.texts.items() if "{{$" not in text}
    if "input_base" in texts:
        yield Place("input_base", texts["input_base"], Use.READ)
    if "served_folder" in texts:
        use = Use.PUSH if roles.is_pusher(step.task) else Use.READ
        yield Place("served_folder", texts["served_folder"], use)
    pushed = fields(texts.get("push_destination", "")).get("filesystem")
    if isinstance(pushed, dict):
        folder = pushed.get("baseDirectory") or pushed.get("base_directory") or ""
        yield Place("push_destination", str(folder), Use.PUSH)
    checkpoints = fields(texts.get("custom_config", "")).get("checkpoints")
    if checkpoints:
        yield Place("checkpoints", str(checkpoints), Use.RESUME)


def fields(text: str) -> dict[str, Any]:
    """A JSON object's; none where the text is no such."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def flaw_of(place: Place, step: Step) -> str | None:
    """What becomes of it, and the mend. None where it is a good place."""
    scheme = scheme_of(place.path)
    if scheme and scheme not in READABLE:
        return f"and TensorFlow here knows no {scheme}://: take gs:// or a volume of this step"
    if scheme == "gs":
        return None
    path = place.path.removeprefix("file://")
    if not path.startswith("/"):
        return f"a relative path, and what is there ends with the pod: {MEND}"
    mount = volumes.holding(path, step.pod)
    if mount is None:
        return None if is_scratch(place.use, path) else f"which is on no volume of its pod: {MEND}"
    if mount.ends_with_pod and place.use is Use.PUSH:
        return f"on {mount.field} {mount.name!r}, which is lost with the pod: {MEND}"
    if mount.ends_with_pod and place.use is Use.READ:
        return f"on {mount.field} {mount.name!r}, which is empty when the pod starts: {MEND}"
    if mount.is_read_only and place.use is not Use.READ:
        return f"on {mount.field} {mount.name!r}, where nothing can be written: {MEND}"
    return None


def scheme_of(place: str) -> str:
    """A URI's; nothing where it is a path."""
    scheme, found, _ = place.partition("://")
    return scheme if found and "/" not in scheme else ""


def is_scratch(use: Use, path: str) -> bool:
    """May this be on the pod's own disk? A killed training may start anew; a push must stay."""
    place = PurePosixPath(posixpath.normpath(path))
    return use is Use.RESUME and place.is_relative_to(POD_DISK)
