"""The Beam pipeline that turns a listed folder into TFRecord shards and an account of every file.

Files are examined in any order; images that look alike get one split. Files are grouped by a hash
of their content, so that copies meet. Then they are read again and written, sorted by digest: the
same folder gives the same shards. Image bytes never pass through Beam, so its in-process runner
needs no more memory for a larger folder.
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
from components.ingestion.examination import ExaminedFile
from components.ingestion.image_folder import ImageFile, Listing
from components.ingestion.near_duplicates import gathering
from components.ingestion.options import IngestionOptions
from components.ingestion.rejects import Reject
from trainer.data.records import SPLITS

BATCH = 64  # Files: enough to keep the threads busy.
BATCH_BYTES = 2**28  # Of records that are in memory until they are written.
# Pillow and TensorFlow release Python's lock while decoding; storage may be slow. If images are so
# large that the memory budget has no room for all, some of the threads wait.
THREADS = 16
SHOWN = 5  # Shards in an error message.
SETTLED = "settled.json"
EXAMINED = "examined.json"
UNFINISHED = "unfinished"  # A folder next to the splits: readers never see half a shard.


@dataclass(frozen=True)
class Account:
    """What happened to the files, counted in two places."""

    examined: dict[int, int]  # Files of each shard, counted when they are first read.
    settled: list[ExaminedFile]  # Counted when the shards are written.

    @property
    def rejects(self) -> list[Reject]:
        """A row for each file that is not an example."""
        return [file.as_reject for file in self.settled if file.reason]


def ingest(
    pipeline: beam.Pipeline,
    listing: Listing,
    options: IngestionOptions,
    *,
    examples_uri: str,
    account_uri: str,
) -> None:
    """Adds the steps that write the shards, and the account for `read_account`."""
    examined, shards = (
        pipeline
        | "Batches" >> beam.Create(_split_into_batches(listing.files))
        | "Examine" >> beam.ParDo(Examine(options)).with_outputs("shards", main="examined")
    )
    _count_examined(shards, f"{account_uri}/{EXAMINED}")
    together = gathering.keep_together(examined, options)
    every_shard = pipeline | "EveryShard" >> beam.Create([(n, None) for n in range(options.shards)])
    _ = (
        (together, every_shard)
        | "WithEmptyShards" >> beam.Flatten()
        | "MeetCopies" >> beam.GroupByKey()
        | "WriteShards" >> beam.ParDo(WriteShard(options, listing.classes, examples_uri))
        | "AllSettled" >> beam.combiners.ToList()
        | "WriteSettled" >> beam.Map(write_settled, f"{account_uri}/{SETTLED}")
    )


def _count_examined(shards: beam.PCollection[int], path: str) -> None:
    _ = (
        shards
        | "CountExamined" >> beam.combiners.Count.PerElement()
        | "AllCounts" >> beam.combiners.ToList()
        | "WriteCounts" >> beam.Map(write_counts, path)
    )


def read_account(uri: str, examples_uri: str) -> Account:
    """Reads what the pipeline of `ingest` wrote, and removes its temporary files."""
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


class Examine(beam.DoFn):
    """Turns batches of files into (shard, ExaminedFile); the shards also go to `shards`."""

    def __init__(self, options: IngestionOptions) -> None:
        self._options = options

    def setup(self) -> None:
        """Starts the threads."""
        self._pool = ThreadPoolExecutor(THREADS)

    def teardown(self) -> None:
        """Ends the threads."""
        self._pool.shutdown()

    def process(self, batch: tuple[ImageFile, ...]) -> Iterator[Any]:
        """Reads and decodes the files in parallel; yields in their order."""
        for found in self._pool.map(self._examine, batch):
            shard = examination.choose_shard(found.digest, self._options.shards)
            yield shard, found
            yield beam.pvalue.TaggedOutput("shards", shard)
        progress.advance("examined", len(batch))

    def _examine(self, file: ImageFile) -> ExaminedFile:
        return examination.examine(file, self._options)


class WriteShard(beam.DoFn):
    """Writes the files of one shard, one TFRecord file per split; yields them settled, as dicts."""

    def __init__(
        self, options: IngestionOptions, classes: tuple[str, ...], examples_uri: str
    ) -> None:
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
        """Writes under another name, then renames: writing a shard twice does no harm."""
        shard, found = group
        settled = examination.settle(file for file in found if file is not None)
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
            for batch in split_by_bytes(kept):
                for record in self._pool.map(self._make_record, batch):
                    writer.write(record)
        name = f"data_tfrecord-{shard:05d}-of-{self._options.shards:05d}"
        tf.io.gfile.rename(partial, f"{folder}/{name}", overwrite=True)

    def _make_record(self, file: ExaminedFile) -> bytes:
        return examination.make_record(file, self._options, self._classes)


def split_by_bytes(kept: list[ExaminedFile]) -> Iterator[list[ExaminedFile]]:
    """Yields batches of at most BATCH files whose records have BATCH_BYTES; a larger file alone."""
    batch: list[ExaminedFile] = []
    length = 0
    for file in kept:
        if batch and (len(batch) == BATCH or length + file.length > BATCH_BYTES):
            yield batch
            batch, length = [], 0
        batch.append(file)
        length += file.length
    if batch:
        yield batch


def write_counts(counts: list[tuple[int, int]], path: str) -> None:
    """Writes the number of files of each shard as JSON."""
    atomic_text.write(path, json.dumps(counts))


def write_settled(settled: list[dict[str, Any]], path: str) -> None:
    """Writes the fields of the settled files as JSON."""
    atomic_text.write(path, json.dumps(settled))


def _split_into_batches(items: Any) -> list[tuple[Any, ...]]:
    return [tuple(items[start : start + BATCH]) for start in range(0, len(items), BATCH)]
