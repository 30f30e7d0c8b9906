"""A small run as a user starts it: on photographs where they are at hand, else on drawings."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import image_files

from pipeline import drawn_flowers

PER_CLASS = 24
CLASSES = ("daisy", "dandelion", "roses", "sunflowers", "tulips")
GOOD_ENOUGH = '{"metric": "accuracy", "at_least": 0.0}'
TINY = (
    "model.widths=[8, 8]",
    "train.epochs=2",
    "train.warmup_epochs=1",
    "train.batch_size=8",
    "data.max_side=48",
    "augment.side=48",
    "data.split_ratios=[2, 1, 1]",
    "data.max_reject_fraction=0.3",
    "data.max_share_change=0.5",
    f"gate=[{GOOD_ENOUGH}]",
)
# One file for each reason that a file alone can be a reject for.
BAD_FILES = {
    "daisy/damaged.png": "unreadable",
    "daisy/half.jpg": "truncated",
    "dandelion/notes.jpg": "not_an_image",
    "roses/tiny.jpg": "too_small",
    "roses/bomb.png": "too_many_pixels",
    "sunflowers/nothing.jpg": "empty",
    "tulips/again.jpg": "duplicate",
    "tulips/also_a_rose.jpg": "duplicate_under_another_label",
    "roses/also_a_tulip.jpg": "duplicate_under_another_label",
}


@dataclass(frozen=True)
class FlowerRun:
    """What a finished command printed and left."""

    data: Path
    home: Path
    code: int
    printed: str
    result: dict  # What --json holds; empty where the run ended before its result.
    versions: list[str]  # Those pushed by then.


def flowers(folder: Path) -> Path:
    """Some flowers of each class, of their own sizes."""
    if not image_files.PHOTOGRAPHS.is_dir():
        return drawn_flowers.draw(folder, per_class=PER_CLASS)
    for name in CLASSES:
        photographs = sorted((image_files.PHOTOGRAPHS / name).iterdir())[:PER_CLASS]
        (folder / name).mkdir(parents=True)
        for path in photographs:
            shutil.copyfile(path, folder / name / path.name)
    return folder


def add_bad_files(folder: Path) -> None:
    """Puts the files of BAD_FILES among the good ones."""
    rose_and_tulip = image_files.jpeg(7)
    damaged = image_files.file_of(image_files.picture(5, height=90, width=90))
    image_files.put(
        folder,
        {
            "daisy/damaged.png": damaged[:60] + bytes(10) + damaged[70:],
            "daisy/half.jpg": image_files.jpeg(6, height=200, width=200)[:-2000],
            "dandelion/notes.jpg": b"buy more tulips\n" * 20,
            "roses/tiny.jpg": image_files.jpeg(8, height=9, width=9),
            "roses/bomb.png": image_files.png_header(60_000, 60_000),
            "sunflowers/nothing.jpg": b"",
            "tulips/again.jpg": next((folder / "tulips").iterdir()).read_bytes(),
            "tulips/also_a_rose.jpg": rose_and_tulip,
            "roses/also_a_tulip.jpg": rose_and_tulip,
        },
    )


def fcn(*words: object, home: Path) -> subprocess.CompletedProcess:
    """The command, as typed in the folder `home`."""
    command = [sys.executable, "-m", "pipeline", *map(str, words)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "COLUMNS": "200"}
    return subprocess.run(
        command, cwd=home, env=environment, text=True, capture_output=True, timeout=500
    )


def run(data: Path, home: Path, *overrides: str) -> FlowerRun:
    """`fcn run flowers` with the tiny values, and these in their place."""
    sets = [word for override in (*TINY, *overrides) for word in ("--set", override)]
    places = ["--workdir", "run", "--push-root", "served", "--json", "result.json"]
    (home / "result.json").unlink(missing_ok=True)
    done = fcn("run", "flowers", "--data", data, *places, *sets, home=home)
    written = home / "result.json"
    result = json.loads(written.read_text()) if written.is_file() else {}
    versions = sorted(path.name for path in (home / "served" / "flowers").glob("[0-9]*"))
    return FlowerRun(data, home, done.returncode, done.stdout + done.stderr, result, versions)


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
        if "AVAILABLE" in line.upper():
            return found
    raise AssertionError(f"The server ended with {server.wait()} before it served.")


def status(address: str) -> dict:
    """TF Serving's REST status of the model."""
    with urllib.request.urlopen(f"{address}/v1/models/flowers", timeout=30) as answer:
        return json.load(answer)
