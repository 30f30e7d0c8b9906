"""Renders the manifests once, and finds the way in them."""

from __future__ import annotations

import functools
import posixpath
from pathlib import Path
from typing import Any

import pytest
import yaml

from tools import kustomize
from tools.track import SetupError

ROOT = Path(__file__).parents[2]
FOLDERS = {folder.name: folder for folder in kustomize.find_folders(ROOT)}
SERVING = ("base", "local", "production", "gpu", "s3")  # They hold the Deployment.

Resource = dict[str, Any]


@functools.lru_cache
def text(name: str) -> str:
    """The manifests of a folder; a test is skipped where no program renders them."""
    try:
        kustomize.find_program()
    except SetupError as error:
        pytest.skip(str(error))
    return kustomize.render(FOLDERS[name])


def resources(name: str, kind: str = "") -> list[Resource]:
    """The resources of a folder, or those of one kind."""
    return [resource for resource in read(name) if kind in ("", resource["kind"])]


@functools.lru_cache
def read(name: str) -> tuple[Resource, ...]:
    """The resources of a folder, which no test may change."""
    return tuple(yaml.load_all(text(name), yaml.CSafeLoader))


def resource(name: str, kind: str, called: str = "tf-serving") -> Resource:
    """The one resource of this kind and name."""
    [found] = [each for each in resources(name, kind) if each["metadata"]["name"] == called]
    return found


def pod(name: str) -> Resource:
    """What the server's pods are made from."""
    return resource(name, "Deployment")["spec"]["template"]


def server(name: str) -> Resource:
    """The server's container."""
    [container] = pod(name)["spec"]["containers"]
    return container


def flags(name: str) -> dict[str, str]:
    """The server's command line."""
    pairs = (argument.removeprefix("--").partition("=") for argument in server(name)["args"])
    return {flag: value for flag, _, value in pairs}


def mounts(name: str) -> dict[str, Resource]:
    """The volumes that the server sees, by where it sees them."""
    volumes = {volume["name"]: volume for volume in pod(name)["spec"]["volumes"]}
    return {mount["mountPath"]: volumes[mount["name"]] for mount in server(name)["volumeMounts"]}


def file(name: str, path: str) -> str:
    """A file as the server reads it: from the ConfigMap that is mounted as its folder."""
    folder, file_name = posixpath.split(path)
    config = mounts(name)[folder]["configMap"]["name"]
    return resource(name, "ConfigMap", config)["data"][file_name]


def every(value: Any, key: str) -> list[Any]:
    """All values of a key, however deep."""
    if isinstance(value, list):
        return [found for part in value for found in every(part, key)]
    if not isinstance(value, dict):
        return []
    here = [value[key]] if key in value else []
    return here + [found for part in value.values() for found in every(part, key)]
