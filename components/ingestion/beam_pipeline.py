"""The Beam pipeline that turns a listed folder into TFRecord shards and an account of every file.

Files are examined in any order and grouped by a hash of their content, so that copies meet. Then
they are read again and written, sorted by digest: the same folder gives the same shards. Image
bytes never pass through Beam, so its in-process runner needs no more memory for a larger folder.
"""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any

import apache_beam as beam
import tensorflow as tf

from components import atomic_text
from components.ingestion import examination, progress
from components.ingestion.examination import ExaminedFile
from components.ingestion.image_folder import ImageFile, Listing
from components.ingestion.options import IngestionOptions
from components.ingestion.rejects import Reject
from serving import bit_depth
from trainer.data.records import SPLITS

BATCH = 64  # Files: enough to keep the threads busy, few enough to fit in memory.
THREADS = 16  # Pillow and TensorFlow release Python's lock while decoding; storage may be slow.
SETTLED = "settled.json"
EXAMINED = "examined.json"
UNFINISHED = "unfinished"  # A folder next to the splits: readers never see half a shard.


@dataclass(frozen=True)
class Account:
    """What happened to the files, counted in two places."""

    examined: dict[str, int]  # Files of each split, counted when they are first read.
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
    examined, splits = (
        pipeline
        | "Batches" >> beam.Create(_split_into_batches(listing.files))
        | "Examine" >> beam.ParDo(Examine(options)).with_outputs("splits", main="examined")
    )
    _count_examined(splits, f"{account_uri}/{EXAMINED}")
    every_shard = pipeline | "EveryShard" >> beam.Create([(n, None) for n in range(options.shards)])
    write_shard = WriteShard(options, listing.classes, examples_uri)
    _ = (
        (examined, every_shard)
        | "WithEmptyShards" >> beam.Flatten()
        | "MeetCopies" >> beam.GroupByKey()
        | "WriteShards" >> beam.ParDo(write_shard, _find_greatest_sample(examined))
        | "AllSettled" >> beam.combiners.ToList()
        | "WriteSettled" >> beam.Map(write_settled, f"{account_uri}/{SETTLED}")
    )


def _find_greatest_sample(
    examined: beam.PCollection[tuple[int, ExaminedFile]],
) -> beam.pvalue.AsSingleton:
    """Returns the greatest sample of the files that do not declare their depth, as side input."""
    greatest = (
        examined
        | "Samples" >> beam.Map(get_undeclared)
        | "GreatestSample" >> beam.CombineGlobally(find_greatest)
    )
    return beam.pvalue.AsSingleton(greatest)


def _count_examined(splits: beam.PCollection[str], path: str) -> None:
    _ = (
        splits
        | "CountExamined" >> beam.combiners.Count.PerElement()
        | "AllCounts" >> beam.combiners.ToList()
        | "WriteCounts" >> beam.Map(write_counts, path)
    )


def read_account(uri: str, examples_uri: str) -> Account:
    """Reads what the pipeline of `ingest` wrote, and removes its temporary files."""
    counts = json.loads(atomic_text.read(f"{uri}/{EXAMINED}"))
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


def check_complete(listing: Listing, account: Account) -> None:
    """Raises RuntimeError unless every listed file was read, and is an example or a reject.

    Beam with `multi_processing` is reported to lose records (tensorflow/data-validation#247).
    """
    counted = Counter(file.split for file in account.settled)
    read = Counter(account.examined)
    if counted != read or counted.total() != len(listing.files):
        raise RuntimeError(
            f"Beam lost or repeated files: {len(listing.files)} are in the folder, {dict(read)} "
            f"were read, {dict(counted)} became examples or rejects. Run again. With --beam-runner "
            "direct, omit --beam parallelism=N: several processes may lose files. If another "
            "runner repeats the error, use direct."
        )


class Examine(beam.DoFn):
    """Turns batches of files into (shard, ExaminedFile); their splits go to the output `splits`."""

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
            yield examination.choose_shard(found.digest, self._options.shards), found
            yield beam.pvalue.TaggedOutput("splits", found.split)
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

    def process(self, group: tuple[int, Any], greatest: int) -> Iterator[dict[str, Any]]:
        """Writes under another name, then renames: writing a shard twice does no harm.

        `greatest` is the greatest sample of the files that do not declare their depth.
        """
        shard, found = group
        options = replace(self._options, bits=bit_depth.round_up(greatest))
        settled = examination.settle(file for file in found if file is not None)
        for split in SPLITS:
            kept = [c for c in settled if c.split == split and not c.reason]
            self._write(f"{self._uri}/Split-{split}", shard, self._make_records(kept, options))
        progress.advance("written", len(settled))
        yield from map(asdict, settled)

    def _make_records(self, kept: list[ExaminedFile], options: IngestionOptions) -> Iterator[bytes]:
        make = partial(examination.make_record, options=options, classes=self._classes)
        for batch in _split_into_batches(kept):
            yield from self._pool.map(make, batch)

    def _write(self, folder: str, shard: int, records: Iterable[bytes]) -> None:
        unfinished = f"{self._uri}/{UNFINISHED}"
        for path in (folder, unfinished):
            tf.io.gfile.makedirs(path)
        partial = f"{unfinished}/{uuid.uuid4().hex}"
        with tf.io.TFRecordWriter(partial) as writer:
            for record in records:
                writer.write(record)
        name = f"data_tfrecord-{shard:05d}-of-{self._options.shards:05d}"
        tf.io.gfile.rename(partial, f"{folder}/{name}", overwrite=True)


def get_undeclared(examined: tuple[int, ExaminedFile]) -> int:
    """Returns the greatest sample of a file that does not declare its depth; else 0."""
    return examined[1].undeclared


def find_greatest(samples: Iterable[int]) -> int:
    """Returns the greatest sample; 0 if there is none."""
    return max(samples, default=0)


def write_counts(counts: list[tuple[str, int]], path: str) -> None:
    """Writes the number of files of each split as JSON."""
    atomic_text.write(path, json.dumps(dict(counts)))


def write_settled(settled: list[dict[str, Any]], path: str) -> None:
    """Writes the fields of the settled files as JSON."""
    atomic_text.write(path, json.dumps(settled))


def _split_into_batches(items: Any) -> list[tuple[Any, ...]]:
    return [tuple(items[start : start + BATCH]) for start in range(0, len(items), BATCH)]
