"""The account of every file: what the Beam pipeline read, and what became of it.

The pipeline writes it as JSON next to the table of rejects; `read` removes these files.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import Any

import tensorflow as tf

from components import atomic_text
from components.ingestion import examination
from components.ingestion.examination import ExaminedFile
from components.ingestion.image_folder import Listing
from components.ingestion.rejects import Reject

SETTLED = "settled.json"
EXAMINED = "examined.json"
UNFINISHED = "unfinished"  # A folder next to the splits: readers never see a partial shard.
SHOWN = 5  # Shards in an error message.


@dataclass(frozen=True)
class Account:
    """What happened to the files, counted in two places."""

    examined: dict[int, int]  # Files of each shard, counted when they are first read.
    settled: list[ExaminedFile]  # Counted when the shards are written.

    @property
    def rejects(self) -> list[Reject]:
        """A row for each file that is not an example."""
        return [file.as_reject for file in self.settled if file.reason]


def read(uri: str, examples_uri: str) -> Account:
    """Reads what the pipeline wrote, and removes its temporary files."""
    counts = dict(json.loads(atomic_text.read(f"{uri}/{EXAMINED}")))
    settled = json.loads(atomic_text.read(f"{uri}/{SETTLED}"))
    for name in (EXAMINED, SETTLED):
        tf.io.gfile.remove(f"{uri}/{name}")
    unfinished = f"{examples_uri}/{UNFINISHED}"
    if tf.io.gfile.exists(unfinished):
        tf.io.gfile.rmtree(unfinished)
    return Account(counts, [_parse_file(fields) for fields in settled])


def _parse_file(fields: dict[str, Any]) -> ExaminedFile:
    """Parses the fields that asdict() wrote: JSON has no tuples."""
    values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in fields.items()}
    return ExaminedFile(**values)


def check_complete(listing: Listing, account: Account, shards: int) -> None:
    """Raises RuntimeError unless every listed file was read, and is an example or a reject.

    Files are compared by shard, because their splits may change after they are first read.
    Beam with `multi_processing` is reported to lose records (tensorflow/data-validation#247).
    """
    counted = Counter(examination.choose_shard(file.digest, shards) for file in account.settled)
    read = Counter(account.examined)
    if counted != read or counted.total() != len(listing.files):
        raise RuntimeError(
            f"Beam lost or repeated files: {len(listing.files)} are in the folder, {read.total()} "
            f"were read, {counted.total()} became examples or rejects; shards that differ: "
            f"{_list_differences(read, counted)}. Run again. With --beam-runner direct, omit "
            "--beam parallelism=N: several processes may lose files. If another runner repeats "
            "the error, use direct."
        )


def _list_differences(read: Counter[int], counted: Counter[int]) -> str:
    differing = sorted(n for n in read | counted if read[n] != counted[n])
    return ", ".join(map(str, differing[:SHOWN])) or "none"


def write_counts(counts: list[tuple[int, int]], path: str) -> None:
    """Writes the number of files of each shard as JSON."""
    atomic_text.write(path, json.dumps(counts))


def write_settled(settled: list[dict[str, Any]], path: str) -> None:
    """Writes the fields of the settled files as JSON."""
    atomic_text.write(path, json.dumps(settled))
