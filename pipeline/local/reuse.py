"""Pins what a run compares with, so that a second run with nothing changed has nothing to do.

A run pushes a version and compares its model with the newest version. Without a pin, each run would
change the next one's baseline.
"""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from pathlib import Path

import components
import serving
import trainer
from components import atomic_text, serving_folder
from pipeline.settings import Settings
from trainer import config
from trainer.config import Experiment


@dataclass(frozen=True)
class Pin:
    """The inputs of a run, and the versions that it compared with and pushed."""

    asked: str  # A digest of the experiment, data, code and folders.
    served_version: str  # The version that its model is compared with.
    push_attempt: str = ""
    pushed_version: str = ""  # Empty until the run has pushed one.


def pin(experiment: Experiment, settings: Settings) -> Pin:
    """The last finished run's pin if the inputs are the same and nothing else was pushed since."""
    asked = digest([config.to_json(experiment), repr(settings)])
    versions = map(str, serving_folder.versions(settings.served_folder(experiment.name)))
    newest = max(versions, key=int, default=serving_folder.NONE)
    last = read_pin(settings.workdir)
    if last and last.asked == asked and newest in (last.served_version, last.pushed_version):
        return last
    wanted = settings.served_version
    return Pin(asked=asked, served_version=newest if wanted == serving_folder.NEWEST else wanted)


def apply_pin(settings: Settings, pinned: Pin) -> Settings:
    """The settings with the pin's served version and push attempt."""
    return replace(settings, served_version=pinned.served_version, push_attempt=pinned.push_attempt)


def push_again(pinned: Pin) -> Pin:
    """The pin with a new push attempt: Pusher runs again though nothing else has changed."""
    return replace(pinned, push_attempt=str(time.time_ns()))


def read_pin(workdir: str) -> Pin | None:
    """The last finished run's pin; None if no run has finished."""
    path = Path(find_file(workdir))
    return Pin(**json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else None


def write_pin(workdir: str, pinned: Pin, pushed_version: str) -> None:
    """Writes the pin of a finished run, with the version that it pushed."""
    finished = replace(pinned, pushed_version=pushed_version)
    atomic_text.write(find_file(workdir), json.dumps(asdict(finished), indent=2))


def find_file(workdir: str) -> str:
    """The file of the pin."""
    return f"{workdir}/pin.json"


def digest_code() -> str:
    """A digest of what decides the steps' results: our sources and the libraries' versions."""
    folders = [Path(str(package.__file__)).parent for package in (components, serving, trainer)]
    paths = sorted(path for folder in folders for path in folder.rglob("*.p*"))
    sources = [path.read_text("utf-8") for path in paths if path.suffix in (".py", ".pbtxt")]
    return digest([version("tfx"), version("tensorflow"), *sources])


def digest(parts: list[str]) -> str:
    """SHA-256 of the parts, in hexadecimal."""
    return hashlib.sha256("\0".join(parts).encode("utf-8")).hexdigest()
