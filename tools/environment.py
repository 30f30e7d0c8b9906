"""`make setup`: makes .venv on the newest track that this machine can load, once."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tools import installer, interpreters, track
from tools.interpreters import Interpreter
from tools.track import SetupError, Track


def main() -> int:
    """Exit code 0 if .venv is complete, else 1; then one printed sentence says what is missing."""
    try:
        make(Path.cwd(), os.environ)
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def make(root: Path, env: Mapping[str, str]) -> None:
    """Makes `root`/.venv unless it is complete and its inputs are unchanged."""
    wanted = interpreters.require(env["PYTHON"]) if env.get("PYTHON") else None
    chosen = choose(env, wanted)
    made, inputs = read_stamp(root), hash_inputs(root, chosen)
    kept = interpreters.probe(made["python"]) if made.get("inputs") == inputs else None
    python = wanted or kept or find(root, chosen, env)
    print(describe_choice(chosen, python, env), flush=True)
    if python != kept or not python_runs(root):
        check_compiler(python, env)
        build(root, chosen, python)
        write_stamp(root, {"inputs": inputs, "python": python.path})


def choose(env: Mapping[str, str], wanted: Interpreter | None) -> Track:
    """The newest track that this machine can load and that TRACK and PYTHON allow."""
    name, version = env.get("TRACK", ""), wanted.version if wanted else ""
    return track.choose(track.find_libc(), track.find_machine(), name=name, python=version)


def describe_choice(chosen: Track, python: Interpreter, env: Mapping[str, str]) -> str:
    """States the track, its Python and the reason."""
    requested = " and ".join(f"{key}={env[key]}" for key in ("TRACK", "PYTHON") if env.get(key))
    return (
        f"The {chosen.name} track, TFX {chosen.tfx} on Python {python.version} ({python.path}): "
        f"{track.explain(chosen, track.find_libc(), requested=requested)}."
    )


def find(root: Path, chosen: Track, env: Mapping[str, str]) -> Interpreter:
    """A Python of the track: one on this machine, else one that uv downloads. Raises SetupError."""
    found = interpreters.find(chosen.pythons, env)
    if found and found.headers:
        return found
    usable = interpreters.download(installer.ensure(root), chosen.pythons[0]) or found
    if usable:
        return usable
    raise SetupError(
        f"No Python {' or '.join(chosen.pythons)} is on PATH or in pyenv, and uv could not "
        "download one from github.com: install one, or give its path as `make setup PYTHON=/path`."
    )


def build(root: Path, chosen: Track, python: Interpreter) -> None:
    """Installs the lock and this project into a fresh .venv."""
    print(f"Installing requirements/{chosen.lock} into .venv: a minute or two.", flush=True)
    uv = str(installer.ensure(root))
    venv = root / ".venv"
    inside = ("--python", str(venv / "bin" / "python"), "--python-platform", chosen.tag)
    lock = str(root / "requirements" / chosen.lock)
    run(uv, "venv", "--quiet", "--clear", "--no-project", "--python", python.path, str(venv))
    # If PYTHONDONTWRITEBYTECODE is set, Python would compile TFX again at each import: 10 s.
    run(uv, "pip", "sync", *inside, "--quiet", "--require-hashes", "--compile-bytecode", lock)
    run(uv, "pip", "install", *inside, "--quiet", "--no-deps", "--editable", str(root))


def check_compiler(python: Interpreter, env: Mapping[str, str]) -> None:
    """Raises SetupError if pyfarmhash, which has no wheels for Linux, cannot be compiled."""
    if not python.headers:
        raise SetupError(
            f"{python.path} lacks its headers, which are needed to compile pyfarmhash: run "
            f"`apt-get install python{python.version}-dev`."
        )
    if not any(shutil.which(name, path=env.get("PATH")) for name in ("g++", "c++")):
        raise SetupError(
            "There is no C++ compiler, which is needed to compile pyfarmhash: run "
            "`apt-get install g++`."
        )


def run(*command: str) -> None:
    """Runs uv, which prints its own error messages."""
    result = subprocess.run(command, check=False)
    if result.returncode:
        shown = " ".join(command[1:3])
        raise SetupError(
            f"`uv {shown}` exited with code {result.returncode}: see its message above."
        )


def python_runs(root: Path) -> bool:
    """Whether the Python in .venv still runs; the Python that it was made from may be gone."""
    return interpreters.probe(str(root / ".venv" / "bin" / "python")) is not None


def hash_inputs(root: Path, chosen: Track) -> str:
    """A hash of all inputs of .venv; `root` is one, as the scripts in it contain that path."""
    digest = hashlib.sha256(f"{root} {chosen}".encode())
    for name in ("setup.py", "pyproject.toml", f"requirements/{chosen.lock}", installer.PIN):
        digest.update((root / name).read_bytes())
    return digest.hexdigest()


def read_stamp(root: Path) -> dict[str, str]:
    """The inputs of a complete .venv; empty if .venv is missing or incomplete."""
    try:
        return json.loads(stamp_path(root).read_text())
    except (OSError, ValueError):
        return {}


def write_stamp(root: Path, made: dict[str, str]) -> None:
    """Written last, so that only a complete .venv has one."""
    stamp_path(root).write_text(json.dumps(made))


def stamp_path(root: Path) -> Path:
    """In .venv, so that it is removed with it."""
    return root / ".venv" / "made-from.json"


if __name__ == "__main__":
    sys.exit(main())
