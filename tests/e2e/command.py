"""The command `fcn` as a user types it: a run's result, and a server for as long as it is asked."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PLACES = ("--workdir", "run", "--push-root", "served", "--json", "result.json")


@dataclass(frozen=True)
class Run:
    """What a finished command printed and left."""

    data: Path
    home: Path
    code: int
    printed: str
    result: dict  # What --json holds; empty where the run ended before its result.
    versions: list[str]  # Those pushed by then.


def fcn(*words: object, home: Path, **variables: str) -> subprocess.CompletedProcess:
    """The command, as typed in the folder `home`, with these environment variables."""
    command = [sys.executable, "-m", "pipeline", *map(str, words)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "COLUMNS": "200"}
    return subprocess.run(
        command, cwd=home, env=environment | variables, text=True, capture_output=True, timeout=1200
    )


def run(name: str, data: Path, home: Path, values: tuple[str, ...]) -> Run:
    """`fcn run` with these values."""
    sets = [word for value in values for word in ("--set", value)]
    (home / "result.json").unlink(missing_ok=True)
    done = fcn("run", name, "--data", data, *PLACES, *sets, home=home)
    written = home / "result.json"
    result = json.loads(written.read_text()) if written.is_file() else {}
    versions = sorted(path.name for path in (home / "served" / name).glob("[0-9]*"))
    return Run(data, home, done.returncode, done.stdout + done.stderr, result, versions)


@contextmanager
def served(home: Path):
    """`fcn serve` on free ports: gives the addresses for gRPC and REST, and ends it after that."""
    command = [sys.executable, "-u", "-m", "pipeline", "serve", "--push-root", "served"]
    ports = ["--grpc-port", "0", "--rest-port", "0"]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    server = subprocess.Popen(
        [*command, *ports], cwd=home, env=environment, text=True, stdout=subprocess.PIPE
    )
    try:
        yield _addresses(server)
    finally:
        server.send_signal(signal.SIGTERM)
        server.communicate(timeout=60)


def _addresses(server: subprocess.Popen) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in server.stdout:
        if address := re.search(r"(grpc|http)://[^/\s]+", line):
            found[address[1]] = address[0]
        if len(found) == 2:  # Printed when the models are loaded.
            return found
    raise AssertionError(f"The server ended with {server.wait()} before it served.")


def status(address: str, model: str) -> dict:
    """TF Serving's REST status of the model."""
    with urllib.request.urlopen(f"{address}/v1/models/{model}", timeout=30) as answer:
        return json.load(answer)
