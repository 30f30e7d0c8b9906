"""Pins the baseline version of a run, so that a second run without changes reuses every step.

A run pushes a version and compares its model with the newest version. Without a pin, each run would
change the next one's baseline.
"""

from __future__ import annotations

import hashlib
import logging
import time
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

import pydantic

import components
import serving
import trainer
from components import atomic_text, serving_folder
from pipeline.settings import Settings
from trainer import config
from trainer.config import Experiment

MOST_PINS = 8  # Of runs that finished: older ones are forgotten.


@dataclass(frozen=True)
class Pin:
    """The inputs of a run, and the versions that it compares with and pushes."""

    inputs_digest: str  # Of the experiment, data, code and folders.
    served_version: str  # The version that its model is compared with.
    push_attempt: str = ""
    pushed_version: str = ""  # Empty until the run has finished and pushed a version.
    finished: bool = False


def choose_pin(experiment: Experiment, settings: Settings) -> Pin:
    """The pin of the last run with the same inputs, unless another run has pushed a version since.

    A version that this run pushed before it was killed does not count as another run's.
    """
    judged = replace(experiment, doubt=None)  # A new page of doubts needs no new comparison.
    inputs_digest = compute_digest([config.to_json(judged), repr(settings)])
    folder = settings.served_folder(experiment.name)
    newest = max(
        map(str, serving_folder.list_versions(folder)), key=int, default=serving_folder.NONE
    )
    for last in load(settings.workdir):
        known = (last.served_version, last.pushed_version)
        is_own = not last.finished and is_made_here(f"{folder}/{newest}", settings)
        if last.inputs_digest == inputs_digest and (newest in known or is_own):
            return last
    wanted = settings.served_version
    served_version = newest if wanted == serving_folder.NEWEST else wanted
    return Pin(inputs_digest=inputs_digest, served_version=served_version)


def is_made_here(version: str, settings: Settings) -> bool:
    """Whether a served version is a copy of a model that was trained in this working directory."""
    models = Path(settings.pipeline_root).glob("Trainer/model/*/Format-Serving")
    made = {serving_folder.read_fingerprint(str(model)) for model in models}
    return serving_folder.read_fingerprint(version) in made - {""}


def apply_pin(settings: Settings, pinned: Pin) -> Settings:
    """The settings with the pin's served version and push attempt."""
    return replace(settings, served_version=pinned.served_version, push_attempt=pinned.push_attempt)


def push_again(pinned: Pin) -> Pin:
    """The pin with a new push attempt: Pusher runs again even if nothing else has changed."""
    return replace(pinned, push_attempt=str(time.time_ns()))


def load(workdir: str) -> list[Pin]:
    """The pins of this working directory's runs; empty if their file cannot be read."""
    path = Path(locate_pins(workdir))
    if not path.is_file():
        return []
    try:
        return _PINS.validate_json(path.read_bytes())
    except ValueError as error:
        reason = str(error).split("\n", 1)[0]
        logging.getLogger(__name__).warning(
            "%s cannot be read (%s): finished steps run again.", path, reason
        )
        return []


def begin(workdir: str, pinned: Pin) -> None:
    """Saves the pin before the first step, so that it survives a kill after the push."""
    write(workdir, replace(pinned, finished=False))


def finish(workdir: str, pinned: Pin, pushed_version: str) -> None:
    """Saves that the run has finished, and which version it pushed."""
    write(workdir, replace(pinned, pushed_version=pushed_version, finished=True))


def write(workdir: str, pinned: Pin) -> None:
    """Replaces the pin with the same inputs, and removes the pins of unfinished runs."""
    finished = [pin for pin in load(workdir) if pin.finished]
    others = [pin for pin in finished if pin.inputs_digest != pinned.inputs_digest]
    pins = [*others[-MOST_PINS:], pinned]
    atomic_text.write(locate_pins(workdir), _PINS.dump_json(pins, indent=2).decode("utf-8"))


def locate_pins(workdir: str) -> str:
    """The path of the file with the pins."""
    return f"{workdir}/pins.json"


def digest_code() -> str:
    """A digest of the code behind the steps' results: our sources and the libraries' versions."""
    folders = [Path(str(package.__file__)).parent for package in (components, serving, trainer)]
    paths = sorted(path for folder in folders for path in folder.rglob("*.p*"))
    sources = [path.read_text("utf-8") for path in paths if path.suffix in (".py", ".pbtxt")]
    return compute_digest([version("tfx"), version("tensorflow"), *sources])


def compute_digest(parts: list[str]) -> str:
    """SHA-256 of the parts, in hexadecimal."""
    return hashlib.sha256("\0".join(parts).encode("utf-8")).hexdigest()


_PINS = pydantic.TypeAdapter(list[Pin])
