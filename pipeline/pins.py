"""What a run is held to, so that a second one with nothing changed finds nothing to do.

A run pushes a version, and the newest version is what a run compares with: without a pin, each run
would change what the next one is to do.
"""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import components
import trainer
from components import served
from pipeline.settings import Settings
from trainer import config
from trainer.config import Experiment


@dataclass(frozen=True)
class Pin:
    """What the last run in a working directory was asked, and what it was held to."""

    asked: str  # Digest of the experiment, the data and the places.
    code: str  # Digest of the sources that decide what a step does.
    served_version: str
    push_attempt: str = ""


def pin(experiment: Experiment, settings: Settings) -> tuple[Settings, bool]:
    """The settings with their pins, and whether the code is still that of the last run."""
    asked = digest([config.to_json(experiment), repr(settings)])
    last = load(settings.workdir)
    folder = settings.served_folder(experiment.name)
    chosen = choose(last, asked, folder, settings.served_version)
    same_code = last is None or last.code == chosen.code
    store(settings.workdir, chosen)
    pinned = replace(
        settings, served_version=chosen.served_version, push_attempt=chosen.push_attempt
    )
    return pinned, same_code


def choose(last: Pin | None, asked: str, folder: str, wanted: str) -> Pin:
    """The last run's pins, if it was asked the same and what it relies on is still there."""
    there = [str(version) for version in served.versions(folder)]
    if last and last.asked == asked and last.served_version in (*there, served.NONE):
        return replace(last, code=code())
    newest = there[-1] if there else served.NONE
    version = newest if wanted == served.NEWEST else wanted
    return Pin(asked=asked, code=code(), served_version=version)


def push_again(workdir: str) -> None:
    """Makes Pusher run once more in the next run, though nothing else changed."""
    last = load(workdir)
    if last:
        store(workdir, replace(last, push_attempt=str(time.time_ns())))


def load(workdir: str) -> Pin | None:
    """The last run's pin; None where nothing has run."""
    path = file(workdir)
    return Pin(**json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else None


def store(workdir: str, pinned: Pin) -> None:
    """Writes the pin, complete when it becomes visible."""
    path = file(workdir)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(asdict(pinned), indent=2), encoding="utf-8")
    partial.replace(path)


def file(workdir: str) -> Path:
    """Where the pin is kept."""
    return Path(workdir, "pin.json")


def code() -> str:
    """A digest of the components' and the trainer's sources."""
    folders = [Path(str(package.__file__)).parent for package in (components, trainer)]
    paths = sorted(path for folder in folders for path in folder.rglob("*.p*"))
    return digest([path.read_text("utf-8") for path in paths if path.suffix in (".py", ".pbtxt")])


def digest(parts: list[str]) -> str:
    """SHA-256 of the parts, in hexadecimal."""
    return hashlib.sha256("\0".join(parts).encode("utf-8")).hexdigest()
