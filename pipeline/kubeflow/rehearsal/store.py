"""An object store in a folder: objects by URI, flat keys, no directories."""

from __future__ import annotations

import os
import shutil
import uuid
from pathlib import Path

from pipeline.kubeflow.backend import STAGED_AT

MARKER = "%marker"  # The file of a key that ends in a slash. No other key may end with it.


class ObjectStore:
    """Objects by URI, such as minio://bucket/key. Tests subclass it to lose or corrupt objects."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, uri: str, source: Path) -> None:
        """Stores a copy of the file. Readers never see a partial object."""
        target = self.find_path(uri)
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = self._folder / f"{uuid.uuid4().hex}.partial"
        shutil.copyfile(source, partial)
        partial.replace(target)

    def get(self, uri: str, target: Path) -> None:
        """Copies an object into a file. Raises OSError if there is no such object."""
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self.find_path(uri), target)

    def find_below(self, uri: str) -> list[str]:
        """The object itself, or the objects with keys below it, sorted."""
        start = self.find_path(uri)
        if start.is_file():
            return [uri]
        found = (Path(folder, name) for folder, _, names in os.walk(start) for name in names)
        return sorted(join_uri(uri, path.relative_to(start)) for path in found)

    def find_path(self, uri: str) -> Path:
        """The file of an object, or the folder of all objects below it."""
        scheme, _, rest = uri.partition("://")
        if not rest or ".." in rest.split("/"):
            raise ValueError(f"{uri!r} is not the URI of an object: give scheme://bucket/key.")
        return Path(self._folder, scheme, rest, *[MARKER] * rest.endswith("/"))


def join_uri(uri: str, relative: Path) -> str:
    """The URI of a file at a path relative to another URI's folder."""
    parts = ["" if part == MARKER else part for part in relative.parts]
    return "/".join([uri.rstrip("/"), *parts])


def find_bucket(uri: str) -> str:
    """`minio://bucket` of a URI."""
    scheme, separator, rest = uri.partition("://")
    return f"{scheme}{separator}{rest.split('/')[0]}"


def find_staged_path(uri: str, root: Path) -> Path | None:
    """The launcher's path for an artifact in the pod; None for a scheme that it does not know."""
    scheme, separator, rest = uri.partition("://")
    if not separator or scheme not in STAGED_AT:
        return None
    return root / STAGED_AT[scheme] / rest
