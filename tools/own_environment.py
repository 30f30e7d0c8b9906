"""Gives a tool of `make check` an environment of its own, below .tools/, from its lock."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

from tools import installer
from tools.track import SetupError

FOLDER = ".tools"
STAMP = "made-from"  # Written last: an environment without it is incomplete.


def ensure(root: Path, tool: str) -> Path:
    """The folder of programs that contains `tool`, made again if its lock or the Python changed."""
    folder, lock = root / FOLDER / tool, root / "requirements" / f"{tool}.lock"
    stamp, inputs = folder / STAMP, hash_inputs(root, lock)
    if not stamp.is_file() or stamp.read_text() != inputs:
        make(root, folder, lock)
        stamp.write_text(inputs)
    return folder / "bin"


def hash_inputs(root: Path, lock: Path) -> str:
    """A hash of all inputs; `root` is one, as the environment's scripts contain that path."""
    return hashlib.sha256(f"{root} {sys.executable} {lock.read_text()}".encode()).hexdigest()


def make(root: Path, folder: Path, lock: Path) -> None:
    """Installs the lock's packages, checked by hash, for the Python that runs this script."""
    print(f"Installing requirements/{lock.name} into {FOLDER}/{folder.name}.", flush=True)
    uv = str(installer.ensure(root))
    run(uv, "venv", "--quiet", "--clear", "--no-project", "--python", sys.executable, str(folder))
    inside = ("--python", str(folder / "bin" / "python"), "--quiet", "--require-hashes")
    run(uv, "pip", "sync", *inside, str(lock))


def run(*command: str) -> None:
    """Runs uv, which prints its own error messages."""
    result = subprocess.run(command, check=False)
    if result.returncode:
        shown = " ".join(command[1:3])
        raise SetupError(
            f"`uv {shown}` exited with code {result.returncode}: see its message above."
        )
