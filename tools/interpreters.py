"""Finds a Python that runs: on PATH, in pyenv's folder of versions, or downloaded by uv.

`uv python find` does not replace this search: it fails at the first pyenv shim that does not run,
does not look into pyenv's folder of versions, and does not prefer a Python that has its headers.
"""

from __future__ import annotations

import functools
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tools.track import SetupError

# In a virtual environment, the interpreter it was made from.
PROBE = """
import json, os, sys, sysconfig
print(json.dumps({
    "path": getattr(sys, "_base_executable", None) or sys.executable,
    "version": "%d.%d" % sys.version_info[:2],
    "cpython": sys.implementation.name == "cpython"
    and not sysconfig.get_config_var("Py_GIL_DISABLED"),
    "headers": os.path.exists(os.path.join(sysconfig.get_paths()["include"], "Python.h")),
}))
"""


@dataclass(frozen=True)
class Interpreter:
    """A Python that ran and described itself."""

    path: str
    version: str  # "3.13"
    cpython: bool  # With its global lock: the only kind that TFX has wheels for.
    headers: bool  # Python.h, which pyfarmhash is compiled with.


def find(versions: tuple[str, ...], env: Mapping[str, str]) -> Interpreter | None:
    """The first Python, in the order of `versions`, that runs and, if possible, has its headers."""
    running = [
        found
        for version in versions
        for path in list_candidates(version, env)
        for found in [probe(str(path))]
        if found and found.cpython and found.version == version
    ]
    return next((found for found in running if found.headers), next(iter(running), None))


def list_candidates(version: str, env: Mapping[str, str]) -> Iterator[Path]:
    """Paths that may be a Python of `version` ("3.13"); some may not run, such as pyenv's shims."""
    folders = [Path(folder) for folder in env.get("PATH", "").split(os.pathsep) if folder]
    named = [folder / f"python{version}" for folder in folders]
    pyenv = sorted(
        find_pyenv_root(env).glob(f"versions/{version}.*/bin/python{version}"), key=parse_release
    )
    plain = [folder / "python3" for folder in folders]
    return (path for path in [*named, *reversed(pyenv), *plain] if path.is_file())


def find_pyenv_root(env: Mapping[str, str]) -> Path:
    """The folder that `pyenv root` prints; pyenv need not be on PATH."""
    return Path(env.get("PYENV_ROOT") or Path(env.get("HOME", "/")) / ".pyenv")


def parse_release(path: Path) -> list[int]:
    """Sorts 3.13.10 after 3.13.9."""
    return [int(number) for number in re.findall(r"\d+", path.parts[-3])]


def require(command: str) -> Interpreter:
    """The Python that `command`, a path or a name on PATH, starts. Raises SetupError."""
    found = probe(shutil.which(command) or command)
    if found is None or not found.cpython:
        raise SetupError(
            f"PYTHON={command} is not a CPython that runs: set a path such as /usr/bin/python3."
        )
    return found


@functools.lru_cache
def probe(path: str) -> Interpreter | None:
    """The interpreter's description of itself; None if it does not run."""
    try:
        answer = subprocess.run(
            [path, "-c", PROBE], capture_output=True, text=True, timeout=30, check=True
        )
        return Interpreter(**json.loads(answer.stdout))
    except (OSError, subprocess.SubprocessError, ValueError):
        return None


def download(uv: Path, version: str) -> Interpreter | None:
    """Downloads the newest release of `version` with uv; None if that fails."""
    install = [str(uv), "python", "install", "--no-bin", "--quiet", version]
    if subprocess.run(install, check=False, capture_output=True).returncode:
        return None
    command = [str(uv), "python", "find", "--managed-python", "--no-project", version]
    return probe(subprocess.check_output(command, text=True).strip())
