"""The Beam pipeline that turns a listed folder into TFRecord shards and an account of every file.

Files are examined in any order; images that look alike get one split. Files are grouped by a hash
of their content, so that copies are compared. Then they are read again and written, sorted by
digest: the same folder gives the same shards. Image bytes never pass through Beam, so its
in-process runner needs no more memory for a larger folder.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from functools import partial
from typing import Any

import apache_beam as beam
import tensorflow as tf

from components.ingestion import account, examination, images_per_class, progress
from components.ingestion.corrections import application
from components.ingestion.corrections import file as corrections_file
from components.ingestion.examination import ExaminedFile
from components.ingestion.image_folder import THREADS, ImageFile, Listing
from components.ingestion.images_per_class import LastDigests, settle_shard
from components.ingestion.near_duplicates import gathering
from components.ingestion.options import IngestionOptions
from serving import bit_depth
from trainer.data.records import SPLITS

BATCH = 64  # Files: enough to keep the threads busy.
BATCH_BYTES = 2**28  # Of records that are in memory until they are written.


def ingest(
    pipeline: beam.Pipeline,
    listing: Listing,
    options: IngestionOptions,
    *,
    examples_uri: str,
    account_uri: str,
) -> None:
    """Adds the steps that write the shards, and the account for `account.read`."""
    examined, shards = (
        pipeline
        | "Batches" >> beam.Create(_split_into_batches(listing.files))
        | "Examine" >> beam.ParDo(Examine(options)).with_outputs("shards", main="examined")
    )
    _count_examined(shards, f"{account_uri}/{account.EXAMINED}")
    together = gathering.keep_together(examined, options)
    every_shard = pipeline | "EveryShard" >> beam.Create([(n, None) for n in range(options.shards)])
    write_shard = WriteShard(options, listing.classes, examples_uri)
    shards_of_files = (
        (together, every_shard)
        | "WithEmptyShards" >> beam.Flatten()
        | "MeetCopies" >> beam.GroupByKey()
    )
    last = images_per_class.find_last(shards_of_files, options.images_per_class)
    _ = (
        shards_of_files
        | "WriteShards" >> beam.ParDo(write_shard, _find_greatest_sample(examined), last)
        | "AllSettled" >> beam.combiners.ToList()
        | "WriteSettled" >> beam.Map(account.write_settled, f"{account_uri}/{account.SETTLED}")
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


def _count_examined(shards: beam.PCollection[int], path: str) -> None:
    _ = (
        shards
        | "CountExamined" >> beam.combiners.Count.PerElement()
        | "AllCounts" >> beam.combiners.ToList()
        | "WriteCounts" >> beam.Map(account.write_counts, path)
    )


class Examine(beam.DoFn):
    """Turns batches of files into (shard, ExaminedFile); the shards also go to `shards`.

    Labels are corrected here, before copies are compared.

    Pillow and TensorFlow release Python's lock while decoding. If images are so large that the
    memory budget has no room for all threads, some of them wait.
    """

    def __init__(self, options: IngestionOptions) -> None:
        self._options = options

    def setup(self) -> None:
        """Starts the threads, and reads the corrections."""
        self._pool = ThreadPoolExecutor(THREADS)
        path = self._options.corrections
        self._corrections = corrections_file.read(path) if path else {}

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
        return application.correct(examination.examine(file, self._options), self._corrections)


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

    def process(
        self, group: tuple[int, Any], greatest: int, last: LastDigests | None
    ) -> Iterator[dict[str, Any]]:
        """Writes temporary files and renames them, so that writing a shard twice does no harm.

        `greatest` is the greatest sample of the files that do not declare their depth; `last` has
        the last digest of each split and class that is taken.
        """
        shard, found = group
        options = replace(self._options, bits=bit_depth.round_up(greatest))
        settled = settle_shard(found, last)
        for split in SPLITS:
            kept = [c for c in settled if c.split == split and not c.reason]
            self._write(f"{self._uri}/Split-{split}", shard, self._make_records(kept, options))
        progress.advance("written", len(settled))
        yield from map(asdict, settled)

    def _make_records(self, kept: list[ExaminedFile], options: IngestionOptions) -> Iterator[bytes]:
        make = partial(examination.make_record, options=options, classes=self._classes)
        for batch in split_by_bytes(kept):
            yield from self._pool.map(make, batch)

    def _write(self, folder: str, shard: int, records: Iterable[bytes]) -> None:
        unfinished = f"{self._uri}/{account.UNFINISHED}"
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


def _split_into_batches(items: Any) -> list[tuple[Any, ...]]:
    return [tuple(items[start : start + BATCH]) for start in range(0, len(items), BATCH)]
