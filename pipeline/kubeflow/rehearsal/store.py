"""An object store in a folder: flat keys, no directories, named by URI."""

from __future__ import annotations

import os
import shutil
import uuid
from pathlib import Path

from pipeline.kubeflow.backend import STAGED_AT

MARKER = "%marker"  # No key may end so: the file that stands for a key that ends in a slash.


class ObjectStore:
    """Objects by URI, such as minio://bucket/key. A subclass may lose or spoil what it holds."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, uri: str, source: Path) -> None:
        """Stores the file's content; complete when it becomes visible."""
        target = self.path(uri)
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = self._folder / f"{uuid.uuid4().hex}.partial"
        shutil.copyfile(source, partial)
        partial.replace(target)

    def put_marker(self, uri: str) -> None:
        """Stores nothing under a key that ends in a slash, as file system libraries do."""
        target = self.path(f"{uri.rstrip('/')}/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch()

    def get(self, uri: str, target: Path) -> None:
        """Copies an object into a file; raises OSError where there is none."""
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self.path(uri), target)

    def below(self, uri: str) -> list[str]:
        """The object itself, or those whose keys continue it after a slash, in order."""
        start = self.path(uri)
        if start.is_file():
            return [uri]
        found = (Path(folder, name) for folder, _, names in os.walk(start) for name in names)
        return sorted(uri_below(uri, path.relative_to(start)) for path in found)

    def path(self, uri: str) -> Path:
        """The file of an object, or the folder of all below it."""
        scheme, _, rest = uri.partition("://")
        if not rest or ".." in rest.split("/"):
            raise ValueError(f"{uri!r} names no object: give scheme://bucket/key.")
        return Path(self._folder, scheme, rest, *[MARKER] * rest.endswith("/"))


def uri_below(uri: str, relative: Path) -> str:
    """The URI of a file found below another's folder."""
    parts = ["" if part == MARKER else part for part in relative.parts]
    return "/".join([uri.rstrip("/"), *parts])


def bucket(uri: str) -> str:
    """`minio://bucket` of a URI."""
    scheme, separator, rest = uri.partition("://")
    return f"{scheme}{separator}{rest.split('/')[0]}"


def staged_path(uri: str, root: Path) -> Path | None:
    """Where the launcher puts an artifact in the pod; None for a scheme that it does not know."""
    scheme, separator, rest = uri.partition("://")
    if not separator or scheme not in STAGED_AT:
        return None
    return root / STAGED_AT[scheme] / rest
