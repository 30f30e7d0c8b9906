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
    """The inputs of a run, and the versions that it compares with and pushes."""

    asked: str  # A digest of the experiment, data, code and folders.
    served_version: str  # The version that its model is compared with.
    push_attempt: str = ""
    pushed_version: str = ""  # Empty until it has pushed one.


def pin(experiment: Experiment, settings: Settings) -> Pin:
    """The last finished run's pin, if it was asked the same and nobody has pushed since."""
    asked = digest([config.to_json(experiment), repr(settings)])
    there = map(str, serving_folder.list_versions(settings.served_folder(experiment.name)))
    newest = max(there, key=int, default=serving_folder.NONE)
    last = load(settings.workdir)
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


def load(workdir: str) -> Pin | None:
    """The last finished run's pin; None where none has finished."""
    path = Path(file(workdir))
    return Pin(**json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else None


def store(workdir: str, pinned: Pin, pushed_version: str) -> None:
    """Notes the pin of a run that has finished, and the version that it ended with."""
    finished = replace(pinned, pushed_version=pushed_version)
    atomic_text.write(file(workdir), json.dumps(asdict(finished), indent=2))


def file(workdir: str) -> str:
    """Where the pin is kept."""
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
