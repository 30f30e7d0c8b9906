"""Places that steps read from and write to: they exist, and outlive the pod."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import PurePosixPath
from typing import Any

from pipeline.kubeflow.compiled import CompiledPipeline, Step
from pipeline.kubeflow.lint import containers, tasks, volumes
from pipeline.kubeflow.lint.rules import Problem

FIX = "give an absolute path on a volume of this step, or a URI such as gs://bucket/folder"
POD_DISK = "/tmp"  # Every user may write there, and files there are temporary.
# Others need tensorflow-io, which is not installed; the launcher copies only artifacts.
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


def find_problems(pipeline: CompiledPipeline) -> Iterator[Problem]:
    """Finds problems in the places of each step, for a run that gives no parameters."""
    for step in pipeline.list_steps():
        for place in list_places(step):
            flaw = find_flaw(place, step)
            if flaw:
                what = f"{place.use.value} {show_path(place.path)} ({place.parameter})"
                rule, text = flaw
                yield Problem(rule, step.name, f"it {what}, {text}.")


def show_path(path: str) -> str:
    """A path for a message, hidden if it contains a password."""
    return "a URL with a password" if containers.WITH_PASSWORD.search(path) else repr(path)


def list_places(step: Step) -> Iterator[Place]:
    """The places that are known before a run, found by the parameters that name them."""
    values = {name: text for name, text in step.task.string_values.items() if "{{$" not in text}
    if "input_base" in values:
        yield Place("input_base", values["input_base"], Use.READ)
    if "served_folder" in values:
        use = Use.PUSH if tasks.is_pusher(step.task) else Use.READ
        yield Place("served_folder", values["served_folder"], use)
    if values.get("weights", "none") not in ("imagenet", "none"):
        yield Place("weights", values["weights"], Use.READ)
    pushed = parse_fields(values.get("push_destination", "")).get("filesystem")
    if isinstance(pushed, dict):
        folder = pushed.get("baseDirectory") or pushed.get("base_directory") or ""
        yield Place("push_destination", str(folder), Use.PUSH)
    checkpoints = parse_fields(values.get("custom_config", "")).get("checkpoints")
    if checkpoints:
        yield Place("checkpoints", str(checkpoints), Use.RESUME)


def parse_fields(text: str) -> dict[str, Any]:
    """The fields of a JSON object; none if the text is not one."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def find_flaw(place: Place, step: Step) -> tuple[str, str] | None:
    """The rule that it breaks, with what is wrong and how to fix it; None if it is right."""
    scheme = find_scheme(place.path)
    if scheme and scheme not in READABLE:
        return (
            "unsupported-scheme",
            f"but TensorFlow here cannot open {scheme}://: use gs:// or a volume of this step",
        )
    if scheme == "gs":
        return None
    path = place.path.removeprefix("file://")
    if not path.startswith("/"):
        return "relative-path", f"a relative path, whose files are lost with the pod: {FIX}"
    mount = volumes.find_mount(path, step.pod)
    if mount is not None:
        return find_mount_flaw(mount, place.use)
    if is_scratch(place.use, path):
        return None
    return "path-without-volume", f"which is not on a volume of its pod: {FIX}"


def find_mount_flaw(mount: volumes.Mount, use: Use) -> tuple[str, str] | None:
    """The same for a path on a volume."""
    volume = f"on {mount.field} {mount.name!r}"
    if mount.ends_with_pod and use is Use.PUSH:
        return "path-lost-with-pod", f"{volume}, which is lost with the pod: {FIX}"
    if mount.ends_with_pod and use is Use.READ:
        return "path-empty-at-start", f"{volume}, which is empty when the pod starts: {FIX}"
    if mount.is_read_only and use is not Use.READ:
        return "path-read-only", f"{volume}, which is read-only: {FIX}"
    return None


def find_scheme(place: str) -> str:
    """The scheme of a URI; an empty string for a path."""
    scheme, found, _ = place.partition("://")
    return scheme if found and "/" not in scheme else ""


def is_scratch(use: Use, path: str) -> bool:
    """Whether the pod's own disk is good enough: for checkpoints, but not for a pushed version."""
    place = PurePosixPath(posixpath.normpath(path))
    return use is Use.RESUME and place.is_relative_to(POD_DISK)
