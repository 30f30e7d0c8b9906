"""The Beam pipeline from a listed folder to TFRecord shards and an account of every file.

Files are examined in any order; grouped by a hash of the content, so that copies meet; then read
again and written, sorted by digest: the same folder gives the same shards. Image bytes never pass
through Beam, so that its in-process runner takes no more memory for a larger folder.
"""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any

import apache_beam as beam
import tensorflow as tf

from components import atomic_text
from components.ingestion import examination, progress
from components.ingestion.examination import ExaminedFile, Options
from components.ingestion.image_folder import ImageFile, Listing
from trainer.data.records import SPLITS

BATCH = 64  # Files at once: enough for the threads, few enough to keep in memory.
THREADS = 16  # Pillow and TensorFlow decode without Python's lock, and storage may be slow.
SETTLED = "settled.json"
EXAMINED = "examined.json"
UNFINISHED = "unfinished"  # Folder beside the splits, so that readers never see half a shard.


@dataclass(frozen=True)
class Account:
    """What the pipeline says it did, counted in two places."""

    examined: dict[str, int]  # By split, where files are read first.
    settled: list[ExaminedFile]  # Where shards are written.


def ingest(pipeline: beam.Pipeline, listing: Listing, options: Options, *, examples_uri: str,
           account_uri: str) -> None:  # fmt: skip
    """Adds to the pipeline what writes the shards, and the account that `account` reads."""
    examined, splits = (
        pipeline
        | "Batches" >> beam.Create(_batches(listing.files))
        | "Examine" >> beam.ParDo(Examine(options)).with_outputs("splits", main="examined")
    )
    _ = (
        splits
        | "CountExamined" >> beam.combiners.Count.PerElement()
        | "AllCounts" >> beam.combiners.ToList()
        | "WriteCounts" >> beam.Map(write_counts, f"{account_uri}/{EXAMINED}")
    )
    every_shard = pipeline | "EveryShard" >> beam.Create([(n, None) for n in range(options.shards)])
    _ = (
        (examined, every_shard)
        | "WithEmptyShards" >> beam.Flatten()
        | "MeetCopies" >> beam.GroupByKey()
        | "WriteShards" >> beam.ParDo(WriteShard(options, listing.classes, examples_uri))
        | "AllSettled" >> beam.combiners.ToList()
        | "WriteSettled" >> beam.Map(write_settled, f"{account_uri}/{SETTLED}")
    )


def account(uri: str, examples_uri: str) -> Account:
    """Reads what the pipeline that `ingest` made has written, and removes what it left over."""
    counts = json.loads(atomic_text.read(f"{uri}/{EXAMINED}"))
    settled = json.loads(atomic_text.read(f"{uri}/{SETTLED}"))
    for name in (EXAMINED, SETTLED):
        tf.io.gfile.remove(f"{uri}/{name}")
    unfinished = f"{examples_uri}/{UNFINISHED}"
    if tf.io.gfile.exists(unfinished):
        tf.io.gfile.rmtree(unfinished)
    return Account(counts, [_candidate(fields) for fields in settled])


def _candidate(fields: dict[str, Any]) -> ExaminedFile:
    """Reads what asdict() wrote: JSON has no tuples."""
    values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in fields.items()}
    return ExaminedFile(**values)


def check_complete(listing: Listing, account: Account) -> None:
    """Raises RuntimeError unless every file that was listed was read, and came to an end.

    Beam with `multi_processing` was reported to lose records (tensorflow/data-validation#247).
    """
    counted = Counter(candidate.split for candidate in account.settled)
    read = Counter(account.examined)
    if counted != read or counted.total() != len(listing.files):
        raise RuntimeError(
            f"Beam lost files, or gave some twice: {len(listing.files)} were found in the folder, "
            f"{dict(read)} were read, {dict(counted)} became examples or rejects. Run again: with "
            "--beam-runner direct leave out --beam parallelism=N, as several processes may lose "
            "some; where another runner does so again, take direct."
        )


class Examine(beam.DoFn):
    """Batches of files to (shard, candidate); each file's split goes to the output `splits`."""

    def __init__(self, options: Options) -> None:
        self._options = options

    def setup(self) -> None:
        """Starts the threads."""
        self._pool = ThreadPoolExecutor(THREADS)

    def teardown(self) -> None:
        """Ends the threads."""
        self._pool.shutdown()

    def process(self, batch: tuple[ImageFile, ...]) -> Iterator[Any]:
        """Reads and decodes the files at the same time; yields in their order."""
        for found in self._pool.map(self._examine, batch):
            yield examination.shard_of(found.digest, self._options.shards), found
            yield beam.pvalue.TaggedOutput("splits", found.split)
        progress.advance("examined", len(batch))

    def _examine(self, file: ImageFile) -> ExaminedFile:
        return examination.examine(file, self._options)


class WriteShard(beam.DoFn):
    """One shard's candidates to a file in each split; yields the candidates as dicts, settled."""

    def __init__(self, options: Options, classes: tuple[str, ...], examples_uri: str) -> None:
        self._options = options
        self._classes = classes
        self._uri = examples_uri

    def setup(self) -> None:
        """Starts the threads."""
        self._pool = ThreadPoolExecutor(THREADS)

    def teardown(self) -> None:
        """Ends the threads."""
        self._pool.shutdown()

    def process(self, group: tuple[int, Any]) -> Iterator[dict[str, Any]]:
        """Writes under another name and renames: doing it twice does no harm."""
        shard, found = group
        settled = examination.settle(candidate for candidate in found if candidate is not None)
        for split in SPLITS:
            kept = [c for c in settled if c.split == split and not c.reason]
            self._write(f"{self._uri}/Split-{split}", shard, kept)
        progress.advance("written", len(settled))
        yield from map(asdict, settled)

    def _write(self, folder: str, shard: int, kept: list[ExaminedFile]) -> None:
        unfinished = f"{self._uri}/{UNFINISHED}"
        for path in (folder, unfinished):
            tf.io.gfile.makedirs(path)
        partial = f"{unfinished}/{uuid.uuid4().hex}"
        with tf.io.TFRecordWriter(partial) as writer:
            for batch in _batches(kept):
                for record in self._pool.map(self._record, batch):
                    writer.write(record)
        name = f"data_tfrecord-{shard:05d}-of-{self._options.shards:05d}"
        tf.io.gfile.rename(partial, f"{folder}/{name}", overwrite=True)

    def _record(self, candidate: ExaminedFile) -> bytes:
        return examination.record(candidate, self._options, self._classes)


def write_counts(counts: list[tuple[str, int]], path: str) -> None:
    """Writes the counts of the splits as JSON."""
    atomic_text.write(path, json.dumps(dict(counts)))


def write_settled(settled: list[dict[str, Any]], path: str) -> None:
    """Writes the candidates' fields as JSON."""
    atomic_text.write(path, json.dumps(settled))


def _batches(items: Any) -> list[tuple[Any, ...]]:
    return [tuple(items[start : start + BATCH]) for start in range(0, len(items), BATCH)]
