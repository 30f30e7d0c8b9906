"""Runs Transform's analyzers as its component does, in this process, for the tests."""

from __future__ import annotations

import functools
from pathlib import Path

import apache_beam as beam
import tensorflow_transform.beam as tft_beam
from apache_beam.runners.portability.fn_api_runner import FnApiRunner
from tfx_bsl.public import tfxio

from trainer import preprocessing, records, schema


def transform(examples: str, output: Path) -> str:
    """Writes the transform graph of a TFRecord file of tests/tiny.py's examples, and says where."""
    preprocess = functools.partial(
        preprocessing.preprocessing_fn, custom_config={"size_buckets": 3}
    )
    source = tfxio.TFExampleRecord(examples, schema=tiny_schema())
    with beam.Pipeline(runner=FnApiRunner()) as pipeline, tft_beam.Context(f"{output}.tmp"):
        rows = pipeline | source.BeamSource()
        learned = (rows, source.TensorAdapterConfig()) | tft_beam.AnalyzeDataset(preprocess)
        _ = learned | tft_beam.WriteTransformFn(str(output))
    return str(output)


def tiny_schema():
    """The curated schema's fields, as far as those examples have them."""
    known = schema.load("images")
    for feature in list(known.feature):
        if feature.name not in records.CLASS_FEATURES:
            known.feature.remove(feature)
    return known
