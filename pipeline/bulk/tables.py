"""The files of answers: TFRecords of tf.Examples, or Parquet, with the columns of the signature."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any, Literal

import apache_beam as beam
import pyarrow as pa
import tensorflow as tf
from tensorflow.core.protobuf import meta_graph_pb2

from pipeline.bulk.answering import Row
from serving.printable import guard_cell
from trainer.data.records import to_example

Format = Literal["parquet", "tfrecord"]
ROWS = 100  # In memory until they are converted: masks may be large.
ROW_GROUP = 2**25  # Bytes in memory until they are written.
PLACE = {"file": pa.string(), "source": pa.string()}
REJECT_COLUMNS = ("file", "source", "reason")


def write_answers(folder: str, form: Format, schema: pa.Schema) -> beam.PTransform:
    """Writes rows to files in the folder, which have their names when they are complete."""
    prefix = f"{folder}/answers"
    if form == "tfrecord":
        return "ToExamples" >> beam.Map(to_record) | "WriteRecords" >> beam.io.WriteToTFRecord(
            prefix, file_name_suffix=".tfrecord"
        )
    return "WriteParquet" >> beam.io.WriteToParquet(
        prefix,
        schema,
        file_name_suffix=".parquet",
        record_batch_size=ROWS,
        row_group_buffer_size=ROW_GROUP,
        codec="snappy",
    )


def write_rejects(folder: str) -> beam.PTransform:
    """Writes the images without an answer to CSV files in the folder."""
    return "ToLines" >> beam.Map(to_line) | "WriteRejects" >> beam.io.WriteToText(
        f"{folder}/rejects", file_name_suffix=".csv", header=",".join(REJECT_COLUMNS)
    )


def make_schema(outputs: Mapping[str, meta_graph_pb2.TensorInfo]) -> pa.Schema:
    """The columns: an image's name and place, and each output without its first axis."""
    return pa.schema({**PLACE, **{name: _to_type(name, outputs[name]) for name in sorted(outputs)}})


def to_record(row: Row) -> bytes:
    """A serialized tf.Example; arrays of more than one axis become flat."""
    fields = {name: _flatten(value) for name, value in row.items()}
    return to_example(fields).SerializeToString()


def to_line(reject: Mapping[str, str]) -> str:
    """A line of CSV, without the line break."""
    cells = io.StringIO()
    csv.writer(cells, lineterminator="").writerow(guard_cell(reject[k]) for k in REJECT_COLUMNS)
    return cells.getvalue()


def _to_type(name: str, output: meta_graph_pb2.TensorInfo) -> pa.DataType:
    dtype = tf.as_dtype(output.dtype)
    if dtype == tf.string:
        kind = pa.binary() if name.endswith("_bytes") else pa.string()
    else:
        kind = pa.from_numpy_dtype(dtype.as_numpy_dtype)
    for _ in output.tensor_shape.dim[1:]:
        kind = pa.list_(kind)
    return kind


def _flatten(value: Any) -> Any:
    if isinstance(value, list) and value and isinstance(value[0], list):
        return [each for part in value for each in _flatten(part)]
    return value
