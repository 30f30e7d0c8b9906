"""The Beam pipeline of bulk predictions: lists, answers, writes, and sums up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import apache_beam as beam
import tensorflow as tf
from apache_beam.options.pipeline_options import PipelineOptions

from components.errors import DataError
from pipeline.bulk import listing, summary, tables
from pipeline.bulk.answering import REJECTS, AnswerImages
from pipeline.bulk.listing import COUNTS, ListWork
from pipeline.bulk.models import BulkModel
from pipeline.bulk.summary import BulkSummary
from pipeline.bulk.tables import Format


@dataclass(frozen=True)
class Bulk:
    """What is answered, by which model, and where the answers go. Absolute paths or URIs."""

    source: str  # A folder, a file or a pattern, of images or of TFRecords.
    output: str  # A folder.
    model: BulkModel
    format: Format
    bits: int | None = None  # Of 16-bit files that do not declare their depth.


def answer(bulk: Bulk, beam_args: Sequence[str]) -> BulkSummary:
    """Runs the pipeline, and returns its summary.

    Raises DataError if the source has no files, or if the output exists.
    """
    _check(bulk)
    tf.io.gfile.makedirs(bulk.output)
    with beam.Pipeline(options=PipelineOptions(list(beam_args))) as pipeline:
        add_steps(pipeline, bulk)
    return summary.read(bulk.output)


def add_steps(pipeline: beam.Pipeline, bulk: Bulk) -> None:
    """Adds all steps. Images and masks stay within one step, so no engine stores them."""
    work, left_out = (
        pipeline
        | "Source" >> beam.Create([bulk.source], reshuffle=False)
        | "List" >> beam.ParDo(ListWork()).with_outputs(COUNTS, main="work")
    )
    answering = AnswerImages(bulk.model.folder, bulk.model.input_name, bulk.bits)
    rows, rejects, counts = (
        work
        | "Spread" >> beam.Reshuffle()
        | "Answer" >> beam.ParDo(answering).with_outputs(REJECTS, COUNTS, main="rows")
    )
    answered = rows | tables.write_answers(bulk.output, bulk.format, bulk.model.schema)
    rejected = rejects | tables.write_rejects(bulk.output)
    files = [beam.pvalue.AsIter(written) for written in (answered, rejected)]
    _ = (
        (left_out, counts)
        | "AllCounts" >> beam.Flatten()
        | "ByName" >> beam.GroupByKey()
        | "Sum" >> beam.MapTuple(add_up)
        | "Together" >> beam.combiners.ToDict()
        | "SumUp" >> beam.Map(summary.write, bulk.output, bulk.model.folder, *files)
    )


def add_up(name: str, parts: Iterable[int]) -> tuple[str, int]:
    """A count from its parts: one for each piece of work."""
    return name, sum(parts)


def _check(bulk: Bulk) -> None:
    if not listing.has_files(bulk.source):
        raise DataError("nothing_found", f"{bulk.source} has no files: check the path.")
    if tf.io.gfile.exists(bulk.output):
        raise DataError(
            "output_exists", f"{bulk.output} exists: choose another folder, or remove it."
        )
